import { NotFoundError } from "../errors.ts";
import type { RecordedDecision } from "../hold/answer.ts";
import { verifyHoldEvents, verifySignatures } from "../hold/verify-events.ts";
import { verifyHolds } from "../hold/verify-holds.ts";
import { type AnchoredHead, type Anchors, exportAnchors, verifyAnchor } from "../journal/anchor.ts";
import { decodePayload } from "../journal/payload.ts";
import { type ChainProblem, verifyRun } from "../journal/verify.ts";
import { verifyChunks } from "../journal/verify-chunks.ts";
import type { HoldRow, RunFilter, RunRow } from "../store/store.ts";
import { isReadable } from "../store/transitions.ts";
import type { EngineParts } from "./parts.ts";

/** What recomputing a run's chain found, over all its generations. */
export interface Verification {
  /** The run's. */
  id: string;
  /** `erased`: whole, but its content was erased; `removed`: retention has left only a tombstone. */
  verdict: "intact" | "erased" | "broken" | "removed";
  /** What is wrong and where, when it is broken. */
  problems: (ChainProblem & { generation: number })[];
  /** Entries that were looked at. */
  entries: number;
}

/** Recomputes the chain of every generation of a run, and holds it against exported heads where given. */
export async function verifyStoredRun(parts: EngineParts, id: string, anchors?: Anchors): Promise<Verification> {
  const { store, namespace, options } = parts;
  const generations = await store.generations(namespace, id);
  const heads = anchors?.heads.filter((head) => head.id === id && head.namespace === namespace) ?? [];
  if (generations.length === 0) {
    const tombstone = await store.tombstone(namespace, id);
    if (tombstone) return { id, verdict: "removed", problems: [], entries: tombstone.entryCount };
    if (heads.length === 0) throw new NotFoundError("run", id);
    return { id, verdict: "broken", problems: heads.flatMap((anchor) => missing(anchor)), entries: 0 };
  }
  const result: Verification = { id, verdict: "intact", problems: [], entries: 0 };
  const holds = await holdsOf(parts, id);
  let previousHead: Uint8Array | null = null;
  for (const run of generations) {
    const [history] = await store.history(namespace, [{ pk: run.pk, after: 0 }]);
    if (!history) continue;
    const request = { run, ...history, previousHead, chainKey: options.chainKey };
    let found = verifyRun(request);
    // With the other runs at hand it can say whose chain this is.
    if (found.problems.some(({ kind }) => kind === "swapped")) {
      const { items } = await store.runs(namespace, {}, { limit: 1000, cursor: null });
      found = verifyRun({ ...request, others: items.filter((row) => row.id !== id) });
    }
    result.entries += found.entries;
    const chunks = await verifyChunks(history, (hashes) => store.chunks(namespace, run.pk, hashes));
    const decided = verifyHolds(
      holds.filter((hold) => hold.runPk === run.pk),
      history,
    );
    const trails = await verifyTrails(
      parts,
      holds.filter((hold) => hold.runPk === run.pk),
    );
    for (const problem of [...found.problems, ...chunks, ...decided, ...trails]) {
      result.problems.push({ ...problem, generation: run.generation });
    }
    if (found.verdict === "erased") result.verdict = "erased";
    for (const anchor of heads.filter((head) => head.generation === run.generation)) {
      const problem = verifyAnchor(anchor, { run, entries: history.entries });
      if (problem) result.problems.push({ ...problem, generation: run.generation });
    }
    previousHead = run.head;
  }
  result.problems.push(...missingGenerations(id, generations));
  for (const anchor of heads) {
    if (!generations.some((run) => run.generation === anchor.generation)) result.problems.push(...missing(anchor));
  }
  if (result.problems.length > 0) result.verdict = "broken";
  return result;
}

async function verifyTrails(
  { store, namespace, codec, options }: EngineParts,
  holds: readonly HoldRow[],
): Promise<ChainProblem[]> {
  const problems: ChainProblem[] = [];
  for (const hold of holds) {
    const readable = hold.decision !== null && isReadable(hold.decision) ? hold.decision : null;
    const decision = readable && (decodePayload(readable, codec) as RecordedDecision);
    problems.push(...verifyHoldEvents(hold, await store.holdEvents(namespace, hold.id), decision));
    const { directory } = options;
    const keysOf = directory?.keysOf ? (person: string) => directory.keysOf?.(person) ?? [] : null;
    if (decision) problems.push(...(await verifySignatures(hold, decision, keysOf)));
  }
  return problems;
}

/** An anchored generation of which nothing is left. */
function missing(anchor: AnchoredHead): Verification["problems"] {
  const problem = verifyAnchor(anchor, null);
  return problem ? [{ ...problem, generation: anchor.generation }] : [];
}

/** Retention removes all generations of a run together; one that is gone alone was deleted. */
function missingGenerations(id: string, found: readonly RunRow[]): Verification["problems"] {
  const there = new Set(found.map((run) => run.generation));
  const problems: Verification["problems"] = [];
  for (let generation = 1; generation < Math.max(...there); generation++) {
    if (there.has(generation)) continue;
    const message = `generation ${generation} of run ${id} is gone`;
    problems.push({ kind: "deleted", seq: null, message, generation });
  }
  return problems;
}

async function holdsOf({ store, namespace }: EngineParts, runId: string): Promise<HoldRow[]> {
  const rows: HoldRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.holds(namespace, { runId }, { limit: 1000, cursor });
    rows.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

/** Heads of all runs the filter finds, in all their generations. */
export async function exportRunAnchors(parts: EngineParts, filter: RunFilter): Promise<Anchors> {
  const { store, namespace, options, clock } = parts;
  const rows: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.runs(namespace, filter, { limit: 1000, cursor });
    for (const row of page.items)
      rows.push(...(row.generation > 1 ? await store.generations(namespace, row.id) : [row]));
    cursor = page.cursor;
  } while (cursor !== null);
  return exportAnchors(rows, { at: clock.now(), chainKey: options.chainKey });
}
