import { NotFoundError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import type { Call } from "../run/operation.ts";
import type { Entry, History, RunRow, RunStatus } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import { dryRun } from "./dry-run.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";
import { type Run, viewRun } from "./run-view.ts";

/** One thing a run waits for, or does just now. `key` is that of the call in the run's journal. */
export type WaitReason =
  /** A person's answer. */
  | { type: "hold"; key: string; hold: Hold }
  /** A message of this name; `until`: when it gives up. */
  | { type: "signal"; key: string; name: string; until: Date | null }
  /** Another run's result. */
  | { type: "child"; key: string; id: string; workflow: string; status: RunStatus }
  /** A time. */
  | { type: "time"; key: string; until: Date | null }
  /** The next try of a step that failed: how often it was tried, and with what error the last time. */
  | { type: "retry"; key: string; attempts: number; error: string; until: Date | null }
  /** A step that runs, or is about to. */
  | { type: "step"; key: string };

/** Why a run is where it is. */
export interface Why {
  /** The run at a glance: status, note, times. */
  run: Run;
  /** Everything it waits for or does, in the order in which its code asked for it. */
  waits: WaitReason[];
  /** Whether its code was here to be asked; without it only holds, children and the time it wakes are known. */
  codeIsHere: boolean;
  /** Live workers that have code for its version of the workflow, anywhere. */
  workers: number;
  /** Who paused it; null when nobody did, or did not say. */
  pausedBy: string | null;
}

/**
 * Why a run is where it is: its journal is replayed dry against the registered code, and what the code then waits for is
 * looked up. Reads, and writes nothing.
 */
export async function whyOf(parts: EngineParts, id: string): Promise<Why> {
  const { store, namespace, clock } = parts;
  const row = await store.run(namespace, id);
  if (!row) throw new NotFoundError("run", id);
  const now = clock.now();
  const workers = (await store.workers(namespace)).filter(
    ({ leaseUntil, capabilities }) =>
      leaseUntil > now &&
      capabilities.some(({ workflow, version }) => workflow === row.workflow && version === row.version),
  );
  const why: Why = { run: viewRun(row), waits: [], codeIsHere: false, workers: workers.length, pausedBy: null };
  if (isFinished(row.status) || row.salt === null) return why;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }], { hashes: false });
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  if (row.status === "paused") why.pausedBy = history.mail.findLast(({ kind }) => kind === "pause")?.sender ?? null;
  const calls = await openCalls(parts, row, history);
  why.codeIsHere = calls !== null;
  why.waits = calls ? await reasonsOf(parts, row, history, calls) : await known(parts, row);
  return why;
}

/** A call that is open, under the name it has in the record. */
interface Open {
  key: string;
  kind: Call["kind"];
}

/** What the run's code has open at the frontier; null when it is not here, or does not fit any more. */
async function openCalls(parts: EngineParts, row: RunRow, history: History): Promise<Open[] | null> {
  const { namespace, registry, services, codec } = parts;
  const workflow = registry.exact(row.workflow, row.version);
  if (!workflow) return null;
  const { divergence, execution } = await dryRun({ namespace, registry, services, codec }, row, history, workflow);
  if (divergence) return null;
  return [...execution.calls].map((call) => ({ key: execution.ledger.storedKey(call.key), kind: call.kind }));
}

async function reasonsOf(
  parts: EngineParts,
  row: RunRow,
  history: History,
  calls: readonly Open[],
): Promise<WaitReason[]> {
  const { store, namespace, codec } = parts;
  const holds = await openHolds(parts, row);
  const children = calls.some(({ kind }) => kind === "child") ? await store.children(namespace, row.pk) : [];
  const reasons: WaitReason[] = [];
  for (const { key, kind } of calls) {
    const entries = history.entries.filter((entry) => entry.key === key);
    const opened = entries.findLast((entry) => entry.phase.startsWith("opened"));
    const due = (): Date | null => dateOf(opened ? decodePayload(opened.payload, codec) : null);
    const hold = holds.find((one) => one.key === key);
    // A step whose outcome nobody knows is a step that waits for an answer.
    if (hold) reasons.push({ type: "hold", key, hold });
    else if (kind === "signal") reasons.push({ type: "signal", key, name: nameIn(key), until: due() });
    else if (kind === "sleep") reasons.push({ type: "time", key, until: due() });
    else if (kind === "child") {
      const child = children.find(({ parent }) => parent?.key === key);
      if (child) reasons.push({ type: "child", key, id: child.id, workflow: child.workflow, status: child.status });
    } else if (kind === "step") reasons.push(stepReason(parts, row, key, entries));
  }
  const named = new Set(reasons.map((reason) => (reason.type === "hold" ? reason.hold.id : "")));
  for (const hold of holds) if (!named.has(hold.id)) reasons.push({ type: "hold", key: hold.key, hold });
  return reasons;
}

function stepReason(parts: EngineParts, row: RunRow, key: string, entries: readonly Entry[]): WaitReason {
  const failed = entries.filter((entry) => entry.phase.startsWith("attempt:") && entry.outcome === "error");
  const last = failed.at(-1);
  if (!last || row.status !== "parked") return { type: "step", key };
  const { error, retryAt } = decodePayload(last.payload, parts.codec) as { error: unknown; retryAt: number };
  const message = error instanceof Error ? error.message : String(error);
  return { type: "retry", key, attempts: last.attempt, error: message, until: dateOf(retryAt) };
}

/** What the store alone knows. */
async function known(parts: EngineParts, row: RunRow): Promise<WaitReason[]> {
  const reasons: WaitReason[] = (await openHolds(parts, row)).map((hold) => ({ type: "hold", key: hold.key, hold }));
  if (row.waiting === "child") {
    for (const child of await parts.store.children(parts.namespace, row.pk)) {
      const { id, workflow, status, parent } = child;
      if (parent && !isFinished(status)) reasons.push({ type: "child", key: parent.key, id, workflow, status });
    }
  }
  if (row.wakeAt !== null) reasons.push({ type: "time", key: "", until: dateOf(row.wakeAt) });
  return reasons;
}

async function openHolds(parts: EngineParts, row: RunRow): Promise<Hold[]> {
  const filter = { runId: row.id, status: ["open", "answered"] } as const;
  const { items } = await parts.store.holds(parts.namespace, filter, { limit: 100, cursor: null });
  const views = await Promise.all(items.map((item) => viewHold(parts, item)));
  return views.sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime());
}

/** `go` of `all.a/signal:go#2`. */
const nameIn = (key: string): string => /(?:^|\/)signal:(.*)#\d+(?:~\d+)?$/.exec(key)?.[1] ?? key;

const dateOf = (time: unknown): Date | null => (typeof time === "number" ? new Date(time) : null);
