import { entryHash, mailDigest, payloadDigest } from "../../journal/chain.ts";
import { sameBytes } from "../../store/same-bytes.ts";
import type { Entry, EntryKind, EntryOutcome, History, HoldRow, Mail, RunRow } from "../../store/store.ts";
import type { ChainLink, ChainProof } from "./format.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** The entry that opened a hold. */
export function openingOf(hold: Pick<HoldRow, "key">, entries: readonly Entry[]): number {
  const key = hold.key.replace(/~\d+$/, "");
  const round = hold.key.slice(key.length);
  return entries.findIndex((entry) => entry.kind === "hold" && entry.key === key && entry.phase === `opened${round}`);
}

/** The mail that brought a hold's answer to its run. */
export function deliveryOf(hold: Pick<HoldRow, "id">, mail: readonly Mail[]): Mail | undefined {
  return mail.findLast(({ dedupe }) => dedupe?.startsWith(`hold:${hold.id}:`));
}

/**
 * The part of a run's chain that covers a hold: from the entry that opened it to the head. Contents stand in it as salted digests,
 * so it shows nothing of what else the run did but keys and times.
 *
 * @param origin the run's genesis; null where it is a secret
 */
export function proveChain(
  run: RunRow,
  { entries, mail }: History,
  hold: Pick<HoldRow, "key">,
  origin: { genesis: Uint8Array; secret: boolean; start: Uint8Array | null },
): ChainProof {
  const from = Math.max(0, openingOf(hold, entries));
  const before = entries[from - 1];
  let seen = before?.mailSeen ?? 0;
  const links = entries.slice(from).map((entry): ChainLink => {
    const covered = mail.filter(({ n }) => n > seen && n <= entry.mailSeen);
    seen = entry.mailSeen;
    const { key, phase, kind, outcome, startedAt, endedAt, attempt, measures, mailSeen, hash } = entry;
    const facts = { key, phase, kind, outcome, startedAt, endedAt, attempt, measures, mailSeen };
    return {
      ...facts,
      payload: hex(payloadDigest(run.salt, entry.payload)),
      mail: covered.map((one) => hex(mailDigest(one))),
      hash: hex(hash),
    };
  });
  const previous = before?.hash ?? origin.start ?? origin.genesis;
  return {
    generation: run.generation,
    origin: origin.secret ? null : hex(origin.genesis),
    // A keyed origin is a secret, also where it is what the first entry follows.
    before: { entries: from, mailSeen: before?.mailSeen ?? 0, hash: origin.secret && !before ? "" : hex(previous) },
    links,
    head: hex(run.head),
  };
}

/** The first link that does not follow from the one before it; null when all do. Not for a chain with a secret origin. */
export function firstBrokenLink({ origin, before, links }: ChainProof & { origin: string }): ChainLink | null {
  let previous = bytesOf(before.hash);
  for (const link of links) {
    const facts = { ...link, kind: link.kind as EntryKind, outcome: link.outcome as EntryOutcome };
    const hash = entryHash(previous, facts, bytesOf(link.payload), link.mail.map(bytesOf), bytesOf(origin));
    if (!sameBytes(hash, bytesOf(link.hash))) return link;
    previous = hash;
  }
  return null;
}
