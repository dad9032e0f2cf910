import type { Hold } from "@holdpoint/core";
import type { Attempt } from "../links/decision-form.ts";
import { choiceHtml, errorHtml, formHtml, noteHtml } from "../links/form-html.ts";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import type { Differences } from "./differences.ts";
import { holdAddress } from "./list-body.ts";
import type { ListQuery } from "./list-query.ts";
import { csrfField, type Place } from "./shell.ts";

/** The table to choose from, and one answer with one reason for what is chosen, bound to what is shown of each. */
export function similarForm(
  place: Place,
  query: ListQuery,
  hold: Hold,
  { columns, rows, common }: Differences,
  attempt: Attempt,
): string {
  const { sent, issues } = attempt;
  const head = ["", ...columns].map((name) => `<th scope="col">${html(name === "" ? "Choose" : oneLine(name))}</th>`);
  const body = rows.map(({ hold: one, cells }) => {
    const chosen = sent.getAll("hold").includes(one.id);
    const box = choiceHtml("checkbox", "hold", `choose-${one.id}`, one.id, oneLine(one.title), chosen);
    const read = `<input type="hidden" name="revision.${html(one.id)}" value="${one.revision}"><input type="hidden" name="evidence.${html(one.id)}" value="${html(one.evidenceHash)}">`;
    const look = `<a href="${holdAddress(place, one.id, query)}">look</a>`;
    return `<tr><td>${box}${read}</td>${cells.map((cell) => `<td>${html(cell)}</td>`).join("")}<td>${look}</td></tr>`;
  });
  const same = common.map(({ name, value }) => `<div><dt>${html(oneLine(name))}</dt><dd>${html(value)}</dd></div>`);
  const anyHigh = rows.some((row) => row.hold.severity === "high");
  return [
    '<form method="post" aria-label="Your decision">',
    '<button type="submit" disabled hidden></button>',
    csrfField(place),
    same.length === 0 ? "" : `<details><summary>The same in all</summary><dl>${same.join("")}</dl></details>`,
    `<div class="scroll" tabindex="0" role="region" aria-label="Alike holds"><table><thead><tr>${head.join("")}<th scope="col">All of it</th></tr></thead><tbody>${body.join("")}</tbody></table></div>`,
    hold.kind === "form" ? formHtml(hold, attempt) : "",
    noteHtml(attempt, "Why"),
    anyHigh
      ? `${errorHtml("seen", "seen", issues)}${choiceHtml("checkbox", "seen", "seen", "yes", "I have looked at the evidence of each.", sent.get("seen") === "yes", " required")}`
      : "",
    hold.kind === "approval"
      ? '<div class="buttons"><button name="outcome" value="approve">Approve the chosen ones</button><button class="no" name="outcome" value="reject">Reject the chosen ones</button></div>'
      : '<div class="buttons"><button>Send the answer for the chosen ones</button></div>',
    "</form>",
  ]
    .filter(Boolean)
    .join("\n");
}
