import type { ChainProblem, ProblemKind } from "../journal/verify.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { HoldEvent, HoldRow } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import type { RecordedDecision } from "./answer.ts";
import { holdEventDigest, holdEventLink } from "./event-chain.ts";
import { isSignedBy } from "./signature.ts";

/**
 * Whether a hold's audit trail is what was written: every event there, in its order, linked to the one before; as many as the hold
 * has moved; and a vote in it for each one the decision was made of, which the run's own chain covers.
 */
export function verifyHoldEvents(
  hold: Pick<HoldRow, "name" | "key" | "revision">,
  events: readonly HoldEvent[],
  decision: Pick<RecordedDecision, "votes"> | null,
): ChainProblem[] {
  const problems: ChainProblem[] = [];
  const report = (kind: ProblemKind, what: string): void => {
    problems.push({ kind, seq: null, message: `hold "${hold.name}" (${hold.key}): ${what}` });
  };
  let previous: Uint8Array | null = null;
  for (const [index, event] of events.entries()) {
    if (event.n !== index + 1) {
      report("deleted", `event ${index + 1} of its audit trail is gone`);
      return problems;
    }
    if (event.hash === null) {
      // The first ones may have been written before links were.
      if (previous !== null) report("edited", `event ${event.n} (${event.action}) of its audit trail lost its link`);
      continue;
    }
    const digest = event.data?.codec === erasedCodec && !event.data.sealed ? event.data.bytes : holdEventDigest(event);
    if (!sameBytes(holdEventLink(previous, event.n, event, digest), event.hash)) {
      report("edited", `event ${event.n} (${event.action}) of its audit trail is not what was written`);
    }
    previous = event.hash;
  }
  if (events.length < hold.revision + 1) report("truncated", "the end of its audit trail is gone");
  for (const { by, at } of decision?.votes ?? []) {
    if (events.some((event) => event.action === "voted" && event.actor === by && event.at === at)) continue;
    report(
      "edited",
      `its audit trail does not have the vote of ${by === null ? "somebody unnamed" : `"${by}"`} that counted`,
    );
  }
  return problems;
}

/**
 * Whether what people signed is what is recorded, and theirs.
 *
 * @param keysOf a person's public keys; null where there is no directory, and then only the words are compared
 */
export async function verifySignatures(
  hold: Pick<HoldRow, "id" | "name" | "key" | "decidedBy">,
  { signed, votes = [] }: Pick<RecordedDecision, "signed" | "votes">,
  keysOf: ((person: string) => readonly string[] | Promise<readonly string[]>) | null,
): Promise<ChainProblem[]> {
  const problems: ChainProblem[] = [];
  for (const one of [{ by: hold.decidedBy, signed }, ...votes]) {
    if (!one.signed) continue;
    const words = JSON.parse(one.signed.statement) as { hold?: unknown; by?: unknown };
    const keys = keysOf && one.by !== null ? await keysOf(one.by) : null;
    if (words.hold === hold.id && words.by === one.by && (keys === null || isSignedBy(keys, one.signed))) continue;
    const message = `hold "${hold.name}" (${hold.key}): the signature beside what "${one.by}" said is not theirs, or of something else`;
    problems.push({ kind: "edited", seq: null, message });
  }
  return problems;
}
