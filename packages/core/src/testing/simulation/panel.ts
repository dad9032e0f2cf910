import { staticDirectory } from "../../hold/directory.ts";
import type { Reviewers } from "../../hold/reviewers.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { HoldEvent, HoldRow } from "../../store/store.ts";
import type { ApprovalDeadline } from "../../workflow/hold.ts";
import type { Dice } from "../dice.ts";

/** Fifty people who decide together, and those above them. */
export const board = Array.from({ length: 50 }, (_, i) => `d${i}`);
export const chiefs = ["c0", "c1"];
export const directory = staticDirectory({ groups: { board, chiefs } });

/** A hold that several must approve. */
export interface Panel {
  quorum: number;
  veto: "any" | "none" | 2;
  /** A chief must agree, too. */
  chief: boolean;
  /** The fifty all vote in the same moment. */
  crowd: boolean;
  remind: number | null;
  escalate: { after: number; replace: boolean } | null;
}

export function randomPanel(dice: Dice): Panel {
  const crowd = dice.chance(0.15);
  return {
    quorum: crowd ? dice.between(3, 8) : dice.between(1, 4),
    veto: dice.pick(["any", "none", 2] as const),
    chief: dice.chance(0.25),
    crowd,
    remind: dice.chance(0.3) ? dice.between(50, 800) : null,
    escalate: dice.chance(0.4) ? { after: dice.between(100, 1200), replace: dice.chance(0.4) } : null,
  };
}

export function reviewersOf({ quorum, veto, chief }: Panel): Reviewers {
  return chief
    ? { need: [{ group: "board", count: quorum }, { group: "chiefs" }], veto }
    : { groups: ["board"], quorum, veto };
}

/** The rungs of its ladder that decide nothing. */
export function ladderOf({ remind, escalate }: Panel): ApprovalDeadline {
  return [
    ...(remind === null ? [] : [{ after: remind, remind: true as const }]),
    ...(escalate === null
      ? []
      : [{ after: escalate.after, escalate: { groups: ["chiefs"], replace: escalate.replace } }]),
  ];
}

/** What became of a panel's hold, worked out from its trail by counting. */
export interface PanelCount {
  /** Why that cannot be; null when it can. */
  problem: string | null;
  /** People ended it by saying no. */
  vetoed: boolean;
  /** Somebody voted after others were brought in. */
  escalated: boolean;
}

/** Counts a panel's votes as a clerk would: a list of names, and what each said last. Shares no code with the rules. */
export function countPanel(row: HoldRow, trail: readonly HoldEvent[], panel: Panel): PanelCount {
  const result: PanelCount = { problem: null, vetoed: false, escalated: false };
  const votes = new Map<string, string>();
  let [brought, replaced] = [false, false];
  for (const { action, actor, data } of trail) {
    if (data?.codec === "erased") return result;
    if (action === "refused" || action === "reopened") votes.clear();
    if (action === "escalated") {
      brought = true;
      replaced = panel.escalate?.replace ?? false;
      if (replaced) votes.clear();
    }
    if (action !== "voted") continue;
    const name = actor ?? "";
    const may = (board.includes(name) && !replaced) || (chiefs.includes(name) && (brought || panel.chief));
    if (!may) return { ...result, problem: `"${name}" voted, and may not` };
    const { outcome } = decodePayload(data) as { outcome: string };
    // Who changes their mind may say so; the same said again is no vote.
    if (votes.get(name) === outcome) return { ...result, problem: `"${name}" voted twice` };
    result.escalated ||= brought;
    votes.delete(name);
    votes.set(name, outcome);
  }
  if (row.decidedBy === null || row.decision === null || row.decision.codec === "erased") return result;
  const { approved } = (decodePayload(row.decision) as { value: { approved: boolean } }).value;
  const said = (outcome: string): string[] => [...votes].flatMap(([name, one]) => (one === outcome ? [name] : []));
  const [yes, no] = [said("approved"), said("rejected")];
  const told = `${yes.length} for it, ${no.length} against`;
  if (!approved) {
    const needed = panel.veto === "any" ? 1 : panel.veto === "none" ? Number.POSITIVE_INFINITY : panel.veto;
    return no.length >= needed ? { ...result, vetoed: true } : { ...result, problem: `rejected with ${told}` };
  }
  const ofBoard = yes.filter((name) => board.includes(name)).length;
  const enough = replaced
    ? yes.length >= 1
    : panel.chief
      ? ofBoard >= panel.quorum && yes.length > ofBoard
      : yes.length >= panel.quorum;
  return enough ? result : { ...result, problem: `approved with ${told}` };
}
