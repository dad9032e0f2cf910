import { dryRun } from "../../engine/dry-run.ts";
import { assemble } from "../../engine/payloads.ts";
import { Registry } from "../../engine/registry.ts";
import { ValidationError } from "../../errors.ts";
import type { PayloadCodec } from "../../journal/codec.ts";
import { type ExportedRun, type ReadGeneration, readExportedRun } from "../../journal/exported-run.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { RunStatus } from "../../store/store.ts";
import { erasedCodec } from "../../store/transitions.ts";
import type { AnyWorkflow } from "../../workflow/definition.ts";

/** What code made of a recorded run, when it followed the record to its end. */
export interface Replay {
  /** The run that was recorded. */
  readonly runId: string;
  /** How the run stood when it was exported. */
  readonly recorded: RunStatus;
  /** The code reached its end. A run that had ended and now has not would do more today than it did. */
  readonly ended: boolean;
  /** Keys the code would start next, or waits for, where the record ends; empty when it ended. */
  readonly at: readonly string[];
  /** What the code returned, or threw; undefined when it did not end. */
  readonly result: unknown;
  /** What was recorded as the result or the error; undefined when the run had not ended. */
  readonly recordedResult: unknown;
}

/** Replays an exported run against code. Nothing runs, nothing is written. */
export async function replayExport(
  settings: {
    namespace: string;
    workflows: readonly AnyWorkflow[];
    services: ReadonlyMap<string, unknown>;
    codec?: PayloadCodec | undefined;
  },
  exported: ExportedRun | string,
  workflow: AnyWorkflow,
): Promise<Replay> {
  const generations = readExportedRun(typeof exported === "string" ? exported : JSON.stringify(exported));
  const { namespace, services, codec } = settings;
  const others = settings.workflows.filter((one) => one.name !== workflow.name || one.version !== workflow.version);
  const registry = new Registry([...others, workflow]);
  let replay: Replay | null = null;
  for (const generation of generations) {
    checkFits(generation, workflow);
    const { run } = generation;
    const history = await assemble(chunksOf(generation), namespace, run.pk, generation);
    const dry = await dryRun({ namespace, registry, services, codec }, run, history, workflow);
    if (dry.divergence) throw dry.divergence;
    const { result } = dry.execution;
    const last = history.entries.findLast(({ key, phase }) => key === "run" && !phase.startsWith("opened"));
    replay = {
      runId: run.id,
      recorded: run.status,
      ended: result !== null,
      at: result === null ? dry.frontier : [],
      result: result?.type === "returned" ? result.value : result?.type === "threw" ? result.error : undefined,
      recordedResult: last ? decodePayload(last.payload, codec) : undefined,
    };
  }
  if (replay) return replay;
  throw new ValidationError("export", [{ path: "generations", message: "is empty" }]);
}

function checkFits({ run, entries }: ReadGeneration, workflow: AnyWorkflow): void {
  const refuse = (message: string): never => {
    throw new ValidationError("replay", [{ path: "", message }]);
  };
  if (run.workflow !== workflow.name)
    refuse(`run ${run.id} is one of "${run.workflow}", and cannot be replayed with "${workflow.name}"`);
  if (entries.some(({ payload }) => payload?.codec === erasedCodec))
    refuse(`run ${run.id} was erased before it was exported; there is nothing to replay`);
}

/** Reads the chunks of large values from the export itself. */
function chunksOf({ chunks }: ReadGeneration): Parameters<typeof assemble>[0] {
  const byHash = new Map(chunks.map(({ hash, bytes }) => [Buffer.from(hash).toString("hex"), bytes]));
  return {
    chunks: (_namespace, _pk, hashes) =>
      Promise.resolve(hashes.map((hash) => byHash.get(Buffer.from(hash).toString("hex")) ?? null)),
  };
}
