import type { CorpusMail } from "./corpus.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** What a mail is used for. A letter, and all its copies, is used for one thing only. */
export type Purpose = "train" | "calibrate" | "triage" | "evaluate";

/** A letter of the corpus: one mail of those that are copies of each other. */
export interface Letter extends CorpusMail {
  /** Digest of the body: names the letter and decides its split. */
  digest: string;
}

export type Splits = Record<Purpose, Letter[]>;

/** Upper ends on a scale of 0 to 1 that the digest is spread over. */
const shares: readonly [Purpose, number][] = [
  ["train", 0.45],
  ["calibrate", 0.65],
  ["triage", 0.85],
  ["evaluate", 1],
];

/**
 * Splits the corpus by content. Mails that are copies (same words, or nearly: see `fingerprint`) are joined, the first
 * is kept, and its digest alone says where it goes; so what is triaged was never trained on, not even as a copy.
 * Each split is ordered by digest, which mixes the groups.
 */
export function splitCorpus(mails: readonly CorpusMail[], fingerprints: readonly Fingerprint[]): Splits {
  const splits: Splits = { train: [], calibrate: [], triage: [], evaluate: [] };
  for (const at of firstOfEach(fingerprints)) {
    const mail = mails[at];
    const digest = fingerprints[at]?.exact;
    if (mail && digest) splits[purposeOf(digest)].push({ ...mail, digest });
  }
  for (const letters of Object.values(splits)) letters.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  return splits;
}

/** The split of a letter with this digest. */
export function purposeOf(digest: string): Purpose {
  const position = Number.parseInt(digest.slice(0, 8), 16) / 0x1_0000_0000;
  return shares.find(([, end]) => position < end)?.[0] ?? "evaluate";
}

/** Index of the first mail of each family of copies (union-find over exact digests and bands). */
function firstOfEach(fingerprints: readonly Fingerprint[]): number[] {
  const parent = fingerprints.map((_, at) => at);
  const root = (at: number): number => {
    let top = at;
    while (parent[top] !== top) top = parent[top] = parent[parent[top] ?? top] ?? top;
    return top;
  };
  const seen = new Map<string, number>();
  fingerprints.forEach(({ exact, bands }, at) => {
    for (const key of [exact, ...bands]) {
      const other = seen.get(key);
      if (other === undefined) seen.set(key, at);
      else {
        const [a, b] = [root(other), root(at)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  return parent.flatMap((_, at) => (root(at) === at ? [at] : []));
}
