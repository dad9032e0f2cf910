import { sha256 } from "../journal/sha256.ts";
import type { ChainProblem } from "../journal/verify.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { Entry, HoldRow, Mail } from "../store/store.ts";
import { isReadable } from "../store/transitions.ts";
import { deliveryOf, openingOf } from "./record/chain-proof.ts";
import { evidenceHashOf } from "./request.ts";

/**
 * Whether the holds of a run still say what its chain covers: that the reviewer was shown this, and that this person gave this answer.
 *
 * The chain covers the evidence hash (in the entry that opened the hold) and the answer (in the mail that delivered it);
 * the hold's own row, which is what people read, is held against both. Its audit trail has links of its own (`verifyHoldEvents`).
 */
export function verifyHolds(
  holds: readonly HoldRow[],
  { entries, mail }: { entries: readonly Entry[]; mail: readonly Mail[] },
): ChainProblem[] {
  const problems: ChainProblem[] = [];
  for (const hold of holds) {
    const opened = entries[openingOf(hold, entries)];
    const report = (seq: number | null, what: string): void => {
      problems.push({ kind: "edited", seq, message: `hold "${hold.name}" (${hold.key}): ${what}` });
    };
    if (isReadable(hold.request)) {
      const form = hold.form && sha256(hold.form);
      if (!sameBytes(evidenceHashOf(hold.title, hold.severity, hold.request.bytes, form), hold.evidenceHash)) {
        report(opened?.seq ?? null, "what the reviewer was shown was edited");
      }
    }
    const recorded = opened?.payload?.codec === "hash" ? opened.payload.bytes.subarray(0, 32) : null;
    if (recorded && !sameBytes(recorded, hold.evidenceHash)) {
      report(opened?.seq ?? null, "it does not show what was recorded when it was opened");
    }
    checkAnswer(hold, mail, report);
  }
  return problems;
}

function checkAnswer(hold: HoldRow, mail: readonly Mail[], report: (seq: number | null, what: string) => void): void {
  if (hold.decision === null) return;
  const answer = deliveryOf(hold, mail);
  if (!answer) return report(null, "it has an answer that was never delivered");
  if (answer.sender !== hold.decidedBy) {
    report(answer.n, `it says ${who(hold.decidedBy)} decided, ${who(answer.sender)} did`);
  }
  // An operator's answer is delivered in other words.
  if (answer.kind !== "decision" || !isReadable(hold.decision)) return;
  if (answer.payload && !isReadable(answer.payload)) return;
  if (!answer.payload || !sameBytes(answer.payload.bytes, hold.decision.bytes)) {
    report(answer.n, "it shows another answer than the one that was given");
  }
}

const who = (person: string | null): string => (person === null ? "nobody" : `"${person}"`);
