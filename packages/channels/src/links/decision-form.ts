import type { Hold, Issue } from "@holdpoint/core";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { choiceHtml, errorHtml, formHtml, noteHtml, optionsHtml } from "./form-html.ts";

/** What stands on the page besides the hold. */
export interface Attempt {
  /** Why the last attempt did not count. */
  problem: string | null;
  issues: readonly Issue[];
  /** What is asked otherwise than when they looked. */
  difference: readonly { path: string; before: unknown; after: unknown }[];
  /** What was filled in. */
  sent: URLSearchParams;
}

/** Nothing was sent yet. */
export const nothingSent = (): Attempt => ({ problem: null, issues: [], difference: [], sent: new URLSearchParams() });

/** The form that decides a hold, bound to what is shown. `more` is HTML of further hidden fields. */
export function decisionFormHtml(hold: Hold, attempt: Attempt, more = ""): string {
  const grave = hold.severity === "high" || hold.severity === "critical";
  const { issues, sent } = attempt;
  const action = hold.action === null ? "" : `: ${html(oneLine(hold.action.name))}`;
  return [
    '<form method="post" aria-label="Your decision">',
    // The first button is what Enter presses: one that does nothing.
    '<button type="submit" disabled hidden></button>',
    more,
    `<input type="hidden" name="revision" value="${hold.revision}">`,
    `<input type="hidden" name="evidence" value="${html(hold.evidenceHash)}">`,
    "<h2>Your decision</h2>",
    formHtml(hold, attempt),
    optionsHtml(hold, attempt),
    noteHtml(attempt),
    grave
      ? `${errorHtml("seen", "seen", issues)}${choiceHtml("checkbox", "seen", "seen", "yes", `I have looked at the evidence. This is ${hold.severity}.`, sent.get("seen") === "yes", " required")}`
      : "",
    hold.kind === "approval"
      ? `<div class="buttons"><button name="outcome" value="approve">Approve${action}</button><button class="no" name="outcome" value="reject">Reject</button></div>`
      : '<div class="buttons"><button>Send the answer</button></div>',
    "</form>",
  ]
    .filter(Boolean)
    .join("\n");
}
