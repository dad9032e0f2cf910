import { decodePayload } from "../journal/payload.ts";
import type { Entry, Mail, RunRow } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** One thing that happened in a run, with a number that never changes: `id` is stable over repeated delivery. */
export interface RunEvent {
  /** `<run>.<generation>.<seq>`. */
  id: string;
  /** Its number in this generation of the run; what was delivered to it is numbered alike. */
  seq: number;
  /** `run.opened`, `step.settled`, `step.attempt`, `hold.opened`, `mail.decision`, … */
  type: string;
  /** What it belongs to: `step:pay#1`; of mail, the hold's or child's key or the signal's name. */
  key: string;
  /** How that ended; null when it only began. */
  outcome: "ok" | "error" | "unknown" | null;
  /** From 1; 0 when attempts do not apply. */
  attempt: number;
  /** Who sent it, for mail. */
  by: string | null;
  /** When it began. */
  startedAt: Date;
  /** When it ended, or was delivered. */
  at: Date;
  /** The recorded value; undefined when there is none or it was erased. */
  value: unknown;
  /** What `measure()` noted, with the declared mode; null when nothing was. */
  measures: unknown;
}

/** Heard from the moment it is made, so that nothing between a look and the wait is missed. */
export interface Change {
  heard(): Promise<unknown>;
  stop(): void;
}

/** Events after `after`, in order; waits for more (with `listen`) until the run has ended. */
export async function* watchRun(
  parts: EngineParts,
  id: string,
  after: number,
  listen: (() => Change) | null,
): AsyncIterableIterator<RunEvent> {
  let seen = after;
  let generation: number | null = null;
  for (;;) {
    const change = listen?.();
    try {
      const look = await eventsAfter(parts, id, seen, generation);
      if (!look) return;
      generation = look.row.generation;
      for (const event of look.events) {
        seen = event.seq;
        yield event;
      }
      const { status, seq } = look.row;
      if (!change || ((isFinished(status) || status === "diverged") && seq <= seen)) return;
      await change.heard();
    } finally {
      change?.stop();
    }
  }
}

/** What a run's newest generation has after a number; all it has when the number is that of an earlier one. */
async function eventsAfter(
  parts: EngineParts,
  id: string,
  after: number,
  generation: number | null,
): Promise<{ row: RunRow; events: RunEvent[] } | null> {
  const { store, namespace } = parts;
  const row = await store.run(namespace, id);
  if (!row) return null;
  const seen = generation !== null && row.generation !== generation ? 0 : after;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: seen }]);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const events = [
    ...history.entries.map((entry) => entryEvent(parts, row, entry)),
    ...history.mail.map((mail) => mailEvent(parts, row, mail)),
  ].sort((a, b) => a.seq - b.seq);
  return { row, events };
}
function entryEvent(parts: EngineParts, row: RunRow, entry: Entry): RunEvent {
  return {
    id: `${row.id}.${row.generation}.${entry.seq}`,
    seq: entry.seq,
    type: `${entry.kind}.${entry.phase.replace(/[:~].*$/, "")}`,
    key: entry.key,
    outcome: entry.outcome,
    attempt: entry.attempt,
    by: null,
    startedAt: new Date(entry.startedAt),
    at: new Date(entry.endedAt),
    value: readable(parts, entry.payload),
    measures: entry.measures === null ? null : (JSON.parse(entry.measures) as unknown),
  };
}

function mailEvent(parts: EngineParts, row: RunRow, mail: Mail): RunEvent {
  return {
    id: `${row.id}.${row.generation}.${mail.n}`,
    seq: mail.n,
    type: `mail.${mail.kind}`,
    key: mail.key,
    outcome: mail.outcome,
    attempt: 0,
    by: mail.sender,
    startedAt: new Date(mail.at),
    at: new Date(mail.at),
    value: readable(parts, mail.payload),
    measures: null,
  };
}

function readable(parts: EngineParts, payload: Entry["payload"]): unknown {
  return payload === null || payload.codec === "erased" || payload.codec === "hash"
    ? undefined
    : decodePayload(payload, parts.codec);
}
