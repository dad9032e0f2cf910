import { sameBytes } from "../store/same-bytes.ts";
import type { Entry, Mail } from "../store/store.ts";
import { genesis } from "./chain.ts";
import { Links } from "./links.ts";
import type { ChainProblem, ProblemKind, VerifyRequest } from "./verify.ts";

/**
 * Says what was done to a chain that is not whole.
 *
 * Each entry's hash commits to its predecessor, so the true order can be found again whatever order the rows stand in: walk
 * back from the head, asking for each entry which other one it follows. What the walk does not meet was
 * inserted; what follows something that stands behind it was moved; what follows nothing that is there was
 * edited, or its predecessor was deleted, which a missing number or the run's count tells apart.
 */
export function nameTampering(
  request: VerifyRequest,
  entries: readonly Entry[],
  mail: readonly Mail[],
  links: Links,
): ChainProblem[] {
  const { run } = request;
  const problems: ChainProblem[] = [];
  const report = (kind: ProblemKind, seq: number | null, message: string): void => {
    problems.push({ kind, seq, message });
  };

  const swapped = nameSwap(request, entries, mail, links);
  if (swapped) return [swapped];

  const numbers = new Numbers(entries, mail);
  for (const number of numbers.twice) report("inserted", number, `number ${number} was given out twice`);

  const predecessors = findPredecessors(entries, links);
  const tail = entries.findLastIndex((entry) => sameBytes(entry.hash, run.head));
  const walk = walkBack(tail >= 0 ? tail : entries.length - 1, predecessors);

  for (const index of walk.broken) {
    const entry = entries[index] as Entry;
    const before = index > 0 ? entries[index - 1] : undefined;
    const missing = [
      ...numbers.missing(before?.seq ?? 0, entry.seq),
      ...numbers.missing(before?.mailSeen ?? 0, Math.min(entry.mailSeen, before?.seq ?? 0)),
    ];
    for (const number of missing) report("deleted", number, `number ${number} is gone: an entry or mail was deleted`);
    if (missing.length > 0) continue;
    if (entries.length < run.entryCount) {
      const gone = run.entryCount - entries.length;
      report(
        "deleted",
        entry.seq,
        `before entry ${label(entry)} ${gone === 1 ? "an entry is" : `${gone} entries are`} gone`,
      );
    } else {
      report("edited", entry.seq, edited(entry, before, links.covered(index, index - 1)));
    }
  }

  for (const index of walk.order) {
    const follows = predecessors[index];
    if (follows === undefined || follows < index) continue;
    report(
      "reordered",
      entries[index]?.seq ?? null,
      `entry ${label(entries[index])} was recorded after entry ${label(entries[follows])}`,
    );
  }

  const met = new Set(walk.order);
  for (const [index, entry] of entries.entries()) {
    if (met.has(index)) continue;
    const follows = predecessors[index];
    const goesOn = tail >= 0 && index > tail && follows !== undefined;
    if (goesOn)
      report(
        "head",
        entry.seq,
        `entry ${label(entry)} comes after the one the run's head names: the head was set back`,
      );
    else report("inserted", entry.seq, `entry ${label(entry)} was never recorded: nothing in the chain follows it`);
  }

  const deleted = problems.some(({ kind }) => kind === "deleted");
  const inTail = numbers.missing(numbers.largest, run.seq + 1);
  if (tail < 0 && (entries.length < run.entryCount || inTail.length > 0) && !deleted) {
    const gone = run.entryCount - entries.length;
    report("truncated", entries.at(-1)?.seq ?? 0, `the last ${gone > 1 ? `${gone} entries are` : "entry is"} gone`);
  } else if (tail < 0 && problems.length === 0) {
    report(
      "head",
      entries.at(-1)?.seq ?? 0,
      "the entries follow each other, but the last is not the run's head: they were recomputed, or the head was changed",
    );
  } else if (!deleted) {
    for (const number of numbers.missing(0, run.seq + 1)) {
      report("deleted", number, `number ${number} is gone: mail was deleted`);
    }
  }
  for (const number of numbers.above(run.seq)) {
    if (!problems.some(({ seq }) => seq === number)) {
      report("inserted", number, `number ${number} is above the run's own count of ${run.seq}`);
    }
  }
  if (problems.length === 0) {
    report(
      "head",
      null,
      `the run's row counts ${run.entryCount} entries up to number ${run.seq}, stored are ${entries.length} and ${mail.length} pieces of mail`,
    );
  }
  return problems;
}

/** Every entry's hash covers whose it is: when no link holds, the chain is another run's. */
function nameSwap(
  { run, others, chainKey }: VerifyRequest,
  entries: readonly Entry[],
  mail: readonly Mail[],
  links: Links,
): ChainProblem | null {
  const provable = links.start === null ? 1 : 0;
  if (entries.length < 2 || entries.some((_, index) => index >= provable && links.follows(index, index - 1)))
    return null;
  for (const other of others ?? []) {
    const origin = genesis(other, chainKey);
    const start = other.generation > 1 ? null : origin;
    const asOther = new Links({ origin, start, salt: other.salt, entries, mail });
    const withOwnSalt = new Links({ origin, start, salt: run.salt, entries, mail });
    if (asOther.follows(1, 0) || withOwnSalt.follows(1, 0)) {
      return { kind: "swapped", seq: null, message: `this is the chain of run ${other.id}, not of ${run.id}` };
    }
  }
  return {
    kind: "swapped",
    seq: null,
    message: `no entry belongs to run ${run.id}: its chain was swapped with another run's, its id, workflow, creator or creation time was changed, or it was made with another key`,
  };
}

/** A search through the whole chain costs 1 µs per entry; a chain with more broken links than this is searched nearby only. */
const longSearches = 64;
const nearby = 8;

/** For each entry the index of the one it really follows (-1: none, it is the first); undefined when that one is not there. */
function findPredecessors(entries: readonly Entry[], links: Links): (number | undefined)[] {
  let searches = 0;
  return entries.map((_, index) => {
    if (links.follows(index, index - 1)) return index - 1;
    searches += 1;
    const reach = searches <= longSearches ? entries.length : nearby;
    for (let distance = 1; distance <= reach; distance++) {
      for (const candidate of [index - 1 - distance, index - 1 + distance]) {
        if (candidate === index || candidate < -1 || candidate >= entries.length) continue;
        if (links.follows(index, candidate)) return candidate;
      }
    }
    return undefined;
  });
}

/** Follows the chain back from its head; where a link is broken it goes on with the row before. */
function walkBack(from: number, predecessors: readonly (number | undefined)[]): { order: number[]; broken: number[] } {
  const order: number[] = [];
  const broken: number[] = [];
  const met = new Set<number>();
  for (let at = from; at >= 0; ) {
    met.add(at);
    order.push(at);
    const follows = predecessors[at];
    if (follows === undefined) broken.push(at);
    let next = follows ?? at - 1;
    while (met.has(next)) next -= 1;
    at = next;
  }
  return { order: order.reverse(), broken: broken.reverse() };
}

/** The numbers a run gave out: entries and mail share one row of them, without gaps. */
class Numbers {
  readonly twice: number[] = [];
  readonly #given = new Set<number>();

  constructor(entries: readonly Entry[], mail: readonly Mail[]) {
    for (const number of [...entries.map(({ seq }) => seq), ...mail.map(({ n }) => n)]) {
      if (this.#given.has(number)) this.twice.push(number);
      this.#given.add(number);
    }
  }

  get largest(): number {
    let largest = 0;
    for (const number of this.#given) largest = Math.max(largest, number);
    return largest;
  }

  /** Numbers between the two, both excluded, that nobody has. */
  missing(after: number, before: number): number[] {
    const missing: number[] = [];
    for (let number = after + 1; number < before; number++) if (!this.#given.has(number)) missing.push(number);
    return missing;
  }

  above(limit: number): number[] {
    return [...this.#given].filter((number) => number > limit || number < 1);
  }
}

function edited(entry: Entry, before: Entry | undefined, covered: readonly Mail[]): string {
  const mail = covered.length > 0 ? `, or mail it covers (${covered.map(({ n }) => n).join(", ")})` : "";
  const neighbour = before ? `; if its own content is right, entry ${label(before)} was changed and hashed anew` : "";
  return `entry ${label(entry)}${mail} was edited${neighbour}`;
}

const label = (entry: Entry | undefined): string => (entry ? `${entry.seq} (${entry.key}, ${entry.phase})` : "?");
