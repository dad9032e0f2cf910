import type { Hold } from "@holdpoint/core";
import { endOf, endWords, timeText } from "./deadline.ts";
import type { Line } from "./message.ts";
import { oneLine } from "./plain.ts";

/** Where a hold comes from, why somebody is asked, how it stands, and what happens when nobody answers. */
export function factsOf(hold: Hold, closed: boolean): Line[] {
  const end = endOf(hold);
  const votes = closed ? [] : votesOf(hold);
  return [
    { label: "Severity", value: hold.severity },
    { label: "Asked by", value: oneLine(`${hold.workflow}, run ${hold.runId}`) },
    ...(hold.fired.length === 0
      ? []
      : [{ label: "You are asked because", value: hold.fired.map(({ says }) => oneLine(says)).join("; ") }]),
    ...(votes.length === 0 ? [] : [{ label: "So far", value: votes.join("; ") }]),
    ...(closed || end === null ? [] : [{ label: "If nobody answers", value: `${endWords(hold)} on ${timeText(end)}` }]),
  ];
}

const words = { approved: "approved", rejected: "rejected", abstained: "abstained", answered: "answered" } as const;

/** Votes on what is asked now. What others answered to a form is not told: it would lead. */
function votesOf({ progress, revision, reviewers }: Hold): string[] {
  if (reviewers?.stages.some(({ independent }) => independent)) return [];
  const votes = progress.votes.filter(({ round }) => round === revision);
  const said = votes.map(({ by, outcome, note }) =>
    oneLine(`${by ?? "somebody"} ${words[outcome]}${note && outcome !== "answered" ? ` (${note})` : ""}`),
  );
  const [stage, ...more] = reviewers?.stages ?? [];
  const needed = more.length === 0 ? (stage?.quorum ?? 1) : 1;
  return said.length > 0 && needed > 1 ? [...said, `${needed} must say the same`] : said;
}
