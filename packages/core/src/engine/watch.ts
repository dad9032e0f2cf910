import { decodePayload } from "../journal/payload.ts";
import type { Entry, Mail, RunRow } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** One thing that happened in a run, with a number that never changes: `id` is stable over repeated delivery. */
export interface RunEvent {
  /** `<run>.<generation>.<seq>`. */
  id: string;
  /** Which generation of the run: 1, or more after `ctx.continueAsNew`. */
  generation: number;
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

/** After which event: a number, and the generation it is of; without one it is a number of the newest. */
export interface WatchPosition {
  after: number;
  generation: number | null;
}

/** So many numbers of a journal are read at first, and so many at a time after that: the first page is soon there, and no page is large. */
const firstPage = 100;
const nextPages = 1000;

/**
 * Events after a position, in order, in the pages they are read in; waits for more (with `listen`) until the run has ended. A generation is
 * read to its end before the next one begins, however many there were meanwhile.
 *
 * @param first how many numbers the first page spans at most
 */
export async function* watchRun(
  parts: EngineParts,
  id: string,
  position: WatchPosition,
  listen: (() => Change) | null,
  first: number = firstPage,
): AsyncGenerator<RunEvent[], void, void> {
  let { after: seen, generation } = position;
  let size = first;
  for (;;) {
    const change = listen?.();
    try {
      const newest = await parts.store.run(parts.namespace, id);
      if (!newest) return;
      generation ??= newest.generation;
      for (const row of await generationsFrom(parts, newest, generation)) {
        if (row.generation !== generation) seen = 0;
        generation = row.generation;
        for (let whole = false; !whole; size = nextPages) {
          // What is below the run's number is there and stays as it is; behind it more may have come since the run was read.
          const until = seen + size;
          whole = until >= row.seq;
          const events = await eventsIn(parts, row, whole ? { after: seen } : { after: seen, until });
          seen = Math.max(seen, events.at(-1)?.seq ?? 0, whole ? 0 : until);
          if (events.length > 0) yield events;
        }
      }
      if (!change || ((isFinished(newest.status) || newest.status === "diverged") && newest.seq <= seen)) return;
      await change.heard();
    } finally {
      change?.stop();
    }
  }
}

/** The newest generation, after those before it from `generation` on. */
async function generationsFrom(parts: EngineParts, newest: RunRow, generation: number): Promise<RunRow[]> {
  if (newest.generation <= generation) return [newest];
  const all = await parts.store.generations(parts.namespace, newest.id);
  return all.filter((row) => row.generation >= generation);
}

/** A stretch of one generation. */
async function eventsIn(
  parts: EngineParts,
  row: RunRow,
  stretch: { after: number; until?: number },
): Promise<RunEvent[]> {
  const { store, namespace } = parts;
  const [read] = await store.history(namespace, [{ pk: row.pk, ...stretch }]);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const events = [
    ...history.entries.map((entry) => entryEvent(parts, row, entry)),
    ...history.mail.map((mail) => mailEvent(parts, row, mail)),
  ];
  return events.sort((a, b) => a.seq - b.seq);
}

function entryEvent(parts: EngineParts, row: RunRow, entry: Entry): RunEvent {
  return {
    id: `${row.id}.${row.generation}.${entry.seq}`,
    generation: row.generation,
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
    generation: row.generation,
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
