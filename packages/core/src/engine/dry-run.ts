import { systemClock } from "../clock.ts";
import type { DivergedError } from "../errors.ts";
import { type PayloadCodec, valueCodec } from "../journal/codec.ts";
import { defaultPayloadLimit } from "../journal/payload.ts";
import { Execution } from "../run/execution.ts";
import type { Host, Rest } from "../run/host.ts";
import type { Adoption } from "../run/taking-over.ts";
import type { History, RunRow } from "../store/store.ts";
import type { WorkflowLog } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import type { Registry } from "./registry.ts";

/** What a dry replay found. */
export interface DryRun {
  /** Null when code and journal agree up to the frontier. */
  divergence: DivergedError | null;
  /** Keys the code would start, or waits for, at the frontier. */
  frontier: string[];
  execution: Execution;
}

const quiet: WorkflowLog = { debug() {}, info() {}, warn() {}, error() {} };

/** A host that never writes and never starts an effect. */
function dryHost(
  namespace: string,
  registry: Registry,
  services: ReadonlyMap<string, unknown>,
  codec: PayloadCodec,
  rested: (rest: Rest) => void,
): Host {
  const nowhere = (): never => {
    throw new Error("a dry replay does not write");
  };
  return {
    live: false,
    namespace,
    clock: systemClock,
    codec,
    limits: { payload: defaultPayloadLimit, inline: defaultPayloadLimit },
    chainKey: undefined,
    sealing: undefined,
    draining: false,
    services,
    newest: (name) => registry.newest(name),
    log: () => quiet,
    request: () => {},
    readMail: () => Promise.resolve([]),
    send: () => {},
    foreignAwait: () => undefined,
    leaseHeld: () => true,
    transaction: nowhere,
    cacheGet: nowhere,
    cachePut: nowhere,
    floating: () => {},
    // It ends as diverged, and says why.
    broken: () => {},
    traceOfChild: () => null,
    rested: (_execution, rest) => rested(rest),
  };
}

/** Replays a history against code, up to the first thing that is not recorded. Nothing runs, nothing is written. */
export async function dryRun(
  settings: {
    namespace: string;
    registry: Registry;
    services: ReadonlyMap<string, unknown>;
    codec?: PayloadCodec | undefined;
  },
  row: RunRow,
  history: History,
  workflow: AnyWorkflow,
  adoption: Adoption | null = null,
): Promise<DryRun> {
  const rest = Promise.withResolvers<Rest>();
  const host = dryHost(
    settings.namespace,
    settings.registry,
    settings.services,
    settings.codec ?? valueCodec,
    rest.resolve,
  );
  const execution = new Execution(row, workflow, host, history.entries, history.mail, adoption);
  execution.start(execution.decode(history.entries[0]?.payload ?? null));
  const how = await rest.promise;
  return {
    divergence: how.type === "diverged" ? how.error : null,
    frontier: [...execution.calls].map((call) => call.key),
    execution,
  };
}
