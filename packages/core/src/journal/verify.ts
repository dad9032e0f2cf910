import { sameBytes } from "../store/same-bytes.ts";
import type { Entry, Mail, RunRow } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { genesis } from "./chain.ts";
import { Links } from "./links.ts";
import { nameTampering } from "./tampering.ts";

/** How a chain was broken. */
export type ProblemKind =
  /** A recorded entry, or mail it covers, is not what it was. */
  | "edited"
  /** An entry or mail is gone from the middle. */
  | "deleted"
  /** An entry or mail stands there that was never recorded. */
  | "inserted"
  /** Entries stand in another order than they were recorded in. */
  | "reordered"
  /** The last entries are gone. */
  | "truncated"
  /** The chain belongs to another run, or the run's identity was changed. */
  | "swapped"
  /** The run's row does not agree with its entries (head or count). */
  | "head"
  /** All was recomputed: the chain is whole, but not the one whose head was exported. */
  | "recomputed";

/** One thing that is wrong with a chain, and where. */
export interface ChainProblem {
  kind: ProblemKind;
  /** The number it was found at; null when it concerns the whole run. */
  seq: number | null;
  /** A sentence for a person. */
  message: string;
}

export interface Verification {
  /** `erased`: whole, and its content was removed on purpose. */
  verdict: "intact" | "erased" | "broken";
  problems: ChainProblem[];
  /** How many entries were checked. */
  entries: number;
}

export interface VerifyRequest {
  run: RunRow;
  /** All of them, in order of `seq`. */
  entries: readonly Entry[];
  /** All of it, in order of `n`. */
  mail: readonly Mail[];
  /** Head of the generation before; needed from the second generation on. */
  previousHead?: Uint8Array | null;
  /** The key the engine was configured with, if any. */
  chainKey?: Uint8Array | undefined;
  /** Rows of other runs: when the chain turns out to be of one of these, it is named. */
  others?: readonly RunRow[];
}

/**
 * Whether what is stored of a run is what was recorded, and if not, what was done to it.
 *
 * Costs about 2 µs per entry. Mail that no entry covers yet (it came after the last one) is checked for gaps only.
 * Without a `chainKey` somebody who can write the database can recompute the whole chain; exported anchors show that.
 *
 * @example
 * const { verdict, problems } = verifyRun({ run, entries, mail });
 */
export function verifyRun(request: VerifyRequest): Verification {
  const { run } = request;
  const entries = [...request.entries].sort((a, b) => a.seq - b.seq);
  const mail = [...request.mail].sort((a, b) => a.n - b.n);
  const origin = genesis(run, request.chainKey);
  const start = run.generation > 1 ? (request.previousHead ?? null) : origin;
  const links = new Links({ origin, start, salt: run.salt, entries, mail });
  const problems = isWhole(run, entries, mail, links) ? [] : nameTampering(request, entries, mail, links);
  problems.push(...halfErased(run, entries, mail));
  const erased = run.salt === null || entries.some((entry) => entry.payload?.codec === erasedCodec);
  return {
    verdict: problems.length > 0 ? "broken" : erased ? "erased" : "intact",
    problems,
    entries: entries.length,
  };
}

function isWhole(run: RunRow, entries: readonly Entry[], mail: readonly Mail[], links: Links): boolean {
  if (entries.length !== run.entryCount || entries.length + mail.length !== run.seq) return false;
  for (let index = 0; index < entries.length; index++) {
    if (!links.follows(index, index - 1)) return false;
  }
  const last = entries.at(-1);
  const head = last ? last.hash : links.start;
  if (head === null || !sameBytes(head, run.head)) return false;
  const numbers = new Set<number>();
  for (const { seq } of entries) numbers.add(seq);
  for (const { n } of mail) numbers.add(n);
  return numbers.size === run.seq && !numbers.has(0) && [...numbers].every((n) => n <= run.seq);
}

/** Erasure takes a whole run. Bytes replaced by their digest in a run that was not erased were taken away by somebody. */
function halfErased(run: RunRow, entries: readonly Entry[], mail: readonly Mail[]): ChainProblem[] {
  const problems: ChainProblem[] = [];
  const judge = (payload: Entry["payload"], seq: number, what: string): void => {
    if (payload === null) return;
    // Its key was destroyed: what stands there is still what was recorded.
    if (payload.sealed !== undefined) return;
    const erased = payload.codec === erasedCodec;
    if (erased && run.salt !== null) {
      problems.push({ kind: "edited", seq, message: `${what} ${seq} lost its content, and the run was not erased` });
    } else if (!erased && run.salt === null) {
      problems.push({ kind: "edited", seq, message: `${what} ${seq} has content although the run was erased` });
    }
  };
  for (const entry of entries) judge(entry.payload, entry.seq, "entry");
  for (const row of mail) judge(row.payload, row.n, "mail");
  return problems;
}
