import type { Hold, HoldStanding } from "@holdpoint/core";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { csrfField, type Place } from "./shell.ts";

/** What can be done with a hold besides deciding it, as forms: only what this person may do. */
export function actionForms(place: Place, hold: Hold, standing: HoldStanding): string {
  const { may, person } = { may: place.visit.may, person: place.visit.person };
  const { holder, claimable, manages, whoMay } = standing;
  const form = (action: string, body: string): string =>
    `<form method="post">${csrfField(place)}<input type="hidden" name="do" value="${action}">${body}</form>`;
  const button = (words: string): string => `<button class="quiet">${words}</button>`;
  const folded = (summary: string, body: string): string => `<details><summary>${summary}</summary>${body}</details>`;
  const mine = may.decide && standing.may;
  const delegates = hold.reviewers?.delegate ?? true;
  return [
    mine && claimable && holder === null ? form("claim", button("Take it: nobody else decides it then")) : "",
    may.decide && holder !== null && (holder === person || manages)
      ? form("release", button(holder === person ? "Give it back" : `Take it from ${html(oneLine(holder))}`))
      : "",
    ...hold.progress.questions
      .filter(({ answer }) => answer === null)
      .map(({ n, by, text }) =>
        may.comment
          ? form(
              "answer",
              `<input type="hidden" name="question" value="${n}">${area(`answer-${n}`, "text", `Answer ${by ?? "somebody"}'s question: ${text}`)}${button("Answer")}`,
            )
          : "",
      ),
    mine
      ? folded(
          "Ask before you decide",
          form(
            "ask",
            `${area("ask", "question", "Your question")}${line("ask-to", "to", "To (empty: whoever started the run)", false)}${button("Ask")}`,
          ),
        )
      : "",
    mine && delegates && !standing.voted
      ? folded(
          "Let somebody else decide",
          form("delegate", `${line("delegate-to", "to", "To whom")}${button("Hand it over")}`),
        )
      : "",
    may.decide && (manages || (hold.reviewers?.managers == null && mine && claimable))
      ? folded("Assign", form("assign", `${line("assign-to", "to", "To whom")}${button("Assign")}`))
      : "",
    mine && !standing.voted
      ? folded("Abstain", form("abstain", `${area("abstain", "note", "Why", false)}${button("Abstain")}`))
      : "",
    may.comment
      ? folded("Comment", form("comment", `${area("comment", "text", "Your comment")}${button("Comment")}`))
      : "",
    standing.may ? "" : `<p class="soft">${html(oneLine(whoMay))} may decide.</p>`,
  ]
    .filter(Boolean)
    .join("\n");
}

const area = (id: string, name: string, label: string, required = true): string =>
  `<div class="field"><label for="${id}-field">${html(oneLine(label))}</label><textarea id="${id}-field" name="${name}" rows="2"${required ? " required" : ""}></textarea></div>`;

const line = (id: string, name: string, label: string, required = true): string =>
  `<div class="field"><label for="${id}-field">${html(label)}</label><input id="${id}-field" name="${name}" maxlength="200" autocomplete="off"${required ? " required" : ""}></div>`;
