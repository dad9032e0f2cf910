import { InvalidStateError, ValidationError } from "../errors.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import { decodePayload } from "../journal/payload.ts";
import { refusedKey, timeoutKey } from "../run/mail.ts";
import { storedName } from "../run/migrations.ts";
import type { Entry, History, Mail } from "../store/store.ts";
import { firstUndone } from "./compensated.ts";

/** One recorded row of the source, of either kind. */
export type Row = { entry: Entry } | { mail: Mail };

/** What a fork takes over. */
export interface Prefix {
  /** In order; a fork numbers them anew, without gaps. */
  rows: readonly Row[];
  /** The source's number after which nothing was taken over. */
  upTo: number;
  /** The source's number of the first hold that is asked again: from there on the rows are results to use, not history. */
  askedAt: number | null;
}

export const numberOf = (row: Row): number => ("entry" in row ? row.entry.seq : row.mail.n);

/** Chooses what a fork takes over of `history`; says so where a fork from there could not go on. */
export function prefixOf(
  id: string,
  history: History,
  from: string | number,
  decisions: "reuse" | "ask",
  codec: PayloadCodec,
): Prefix {
  const upTo = cutAfter(id, history, from);
  refuseUndone(id, history.entries, upTo);
  const rows = merged(history).filter((row) => numberOf(row) <= upTo || saysHowToRead(row));
  const ended = rows.find(endsEarly);
  if (ended) {
    const number = numberOf(ended);
    throw new InvalidStateError(`run ${id} was ended from outside at entry ${number}; fork it from before that`, {
      number,
    });
  }
  const asked = decisions === "ask" ? rows.find(isAsked) : undefined;
  const finished = answered(rows, codec);
  return {
    rows: rows.filter((row) => inherits(row, finished, asked !== undefined)),
    upTo,
    askedAt: asked ? numberOf(asked) : null,
  };
}

/** The last number that is taken over: always at least the start, which carries the input. */
function cutAfter(id: string, { entries }: History, from: string | number): number {
  const refuse = (message: string): never => {
    throw new ValidationError("fork", [{ path: "from", message }]);
  };
  if (typeof from === "number") {
    if (Number.isSafeInteger(from) && from >= 1) return from;
    return refuse(`${from} must be a number of the journal, 1 (the start) or more`);
  }
  const first = entries.find((entry) => entry.key === from);
  if (first) return Math.max(1, first.seq - 1);
  const known = entries.map((entry) => entry.key).filter((key) => key !== "run" && !key.startsWith("run/"));
  return refuse(`"${from}" is not in the journal of ${id}; it has ${[...new Set(known)].slice(0, 12).join(", ")}`);
}

/** A step that was undone is not there any more: a fork must not go on as if it were. */
function refuseUndone(id: string, entries: readonly Entry[], upTo: number): void {
  const undone = firstUndone(entries, upTo + 1);
  if (!undone || undone.seq > upTo) return;
  throw new InvalidStateError(`"${undone.key}" was undone later in run ${id}; fork it from "${undone.key}" or before`, {
    key: undone.key,
  });
}

function merged({ entries, mail }: History): Row[] {
  const rows: Row[] = [...entries.map((entry) => ({ entry })), ...mail.map((one) => ({ mail: one }))];
  return rows.sort((a, b) => numberOf(a) - numberOf(b));
}

/** Migrations, and which version the record began on: they hold for the copy as well, wherever it is cut. */
const saysHowToRead = (row: Row): boolean =>
  "mail" in row ? row.mail.kind === "migrate" : row.entry.kind === "version";

/** The run's own timeout, a cancellation, or something the store refused: they concern the source alone, and the code reacted to them. */
const endsEarly = (row: Row): boolean =>
  "mail" in row ? row.mail.kind === "cancel" : row.entry.key === timeoutKey || row.entry.key === refusedKey;

/** A question to an operator is about what happened, not about what shall be. */
const operatorKey = /\/operator(:\d+)?#\d+$/;
const isAsked = (row: Row): boolean =>
  "entry" in row &&
  row.entry.kind === "hold" &&
  row.entry.phase.startsWith("opened") &&
  !operatorKey.test(row.entry.key);

/** The steps that undo: what is inherited is never undone by the fork. */
const undoing = /(^|\/)shield:(cleanup|cleanup clock|losers)#\d+\//;

/** Stored keys of holds and children whose answer is among the rows. */
function answered(rows: readonly Row[], codec: PayloadCodec): Set<string> {
  const refused = new Set<number>();
  for (const row of rows) {
    if ("mail" in row || !/^(refused|again):/.test(row.entry.phase)) continue;
    refused.add((decodePayload(row.entry.payload, codec) as { mail: number }).mail);
  }
  const keys = new Set<string>();
  for (const row of rows) {
    if ("entry" in row) {
      if (row.entry.phase.startsWith("settled")) keys.add(storedName(row.entry));
    } else if (refused.has(row.mail.n)) continue;
    else if (row.mail.kind === "child" || row.mail.kind === "holdExpired") keys.add(row.mail.key);
    else if (row.mail.kind === "decision" && isChecked(row.mail, codec)) keys.add(row.mail.key);
  }
  return keys;
}

const isChecked = (mail: Mail, codec: PayloadCodec): boolean =>
  (decodePayload(mail.payload, codec) as { checked?: boolean } | undefined)?.checked !== false;

function inherits(row: Row, finished: ReadonlySet<string>, ask: boolean): boolean {
  if ("mail" in row) {
    const { kind, key } = row.mail;
    if (kind === "pause" || kind === "resume" || kind === "pin" || kind === "operator") return false;
    if (kind === "decision" || kind === "holdExpired")
      return finished.has(key) && (!ask || operatorKey.test(bare(key)));
    return true;
  }
  const { entry } = row;
  if (entry.kind === "version") return true;
  if (entry.key.startsWith("run/") || (entry.key === "run" && entry.seq > 1) || undoing.test(entry.key)) return false;
  // Unfinished children start afresh; holds nobody decided open again under the fork.
  if (entry.kind === "child") return finished.has(storedName(entry));
  if (entry.kind === "hold") return finished.has(storedName(entry)) && (!ask || operatorKey.test(entry.key));
  return true;
}

const bare = (key: string): string => key.replace(/~\d+$/, "");
