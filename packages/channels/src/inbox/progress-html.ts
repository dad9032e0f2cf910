import type { DeadlineRung, Hold, HoldTrailLine } from "@holdpoint/core";
import { timeText } from "../notice/deadline.ts";
import { oneLine, plain, valueText } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { timeHtml } from "./time-html.ts";

/** Who may decide and how many must, who has said what, and what happens when nobody does. */
export function progressHtml(hold: Hold, whoMay: string, now: Date): string {
  const open = hold.status === "open";
  return [
    '<section class="card"><h2>Who decides, and until when</h2>',
    `<ul>${rulesOf(hold)
      .map((line) => `<li>${html(oneLine(line))}</li>`)
      .join("")}</ul>`,
    open ? `<p class="soft">Now: ${html(oneLine(whoMay))}</p>` : "",
    votesHtml(hold, now),
    ladderHtml(hold, now),
    "</section>",
  ].join("\n");
}

/** The rules in words, a line for each sign-off. */
function rulesOf({ people, reviewers }: Hold): string[] {
  if (reviewers === null)
    return [people === null || people.length === 0 ? "Anybody" : `Any one of ${people.join(", ")}`];
  const lines = reviewers.stages.map(({ people: named, groups, need, quorum, independent }, index) => {
    const who = [...named, ...groups.map((group) => `group ${group}`)].join(", ") || "anybody";
    const each = need.map(({ group, count }) => `${count} of ${group}`).join(" and ");
    const order = reviewers.stages.length > 1 ? `${index + 1}. ` : "";
    const how = independent ? `${quorum} answer without seeing each other's answers` : `${quorum} must agree`;
    return `${order}${who}${quorum > 1 || each ? `: ${how}${each ? ` (${each})` : ""}` : ""}`;
  });
  const out = [
    ...reviewers.exclude,
    ...(reviewers.excludeCreator ? [reviewers.creator ?? "whoever started the run"] : []),
  ];
  return out.length === 0 ? lines : [...lines, `Not ${out.join(", ")}`];
}

/** Votes on what is asked now. What others answered to a form is not told: it would lead. */
function votesHtml({ progress, revision, status }: Hold, now: Date): string {
  const votes = progress.votes.filter(({ round }) => status !== "open" || round === revision);
  if (votes.length === 0) return "";
  const items = votes.map(({ by, as, outcome, note, at }) => {
    const place = as === null || as === by ? "" : ` for ${as}`;
    const why = note === null || (status === "open" && outcome === "answered") ? "" : `: ${plain(note)}`;
    const mark = outcome === "approved" ? "good" : outcome === "rejected" ? "bad" : "";
    return `<li>${html(oneLine(by ?? "somebody unnamed"))} <span class="${mark}">${outcome}</span>${html(oneLine(place + why))} <span class="soft">${timeHtml(new Date(at), now)}</span></li>`;
  });
  return `<h3>Votes</h3><ul>${items.join("")}</ul>`;
}

function ladderHtml({ deadline, progress, status }: Hold, now: Date): string {
  if (deadline.length === 0)
    return status === "open" ? "<p>It has no deadline: it stays open until somebody decides.</p>" : "";
  const items = deadline.map((rung, index) => {
    const at = new Date(rung.at + progress.delayMs);
    const past = index < progress.rungs || status !== "open";
    const mark = past ? "past" : index === progress.rungs ? "next" : "";
    return `<li class="${mark}">${html(timeText(at))} (${timeHtml(at, now)}): ${html(oneLine(rungWords(rung)))}</li>`;
  });
  const paused = progress.pausedAt === null ? "" : "<p>A question is open: the clock stands still.</p>";
  return `<h3>When nobody decides</h3>${paused}<ol class="steps">${items.join("")}</ol>`;
}

function rungWords(rung: DeadlineRung): string {
  if ("expire" in rung) return "it expires";
  if ("remind" in rung) return "a reminder";
  if ("escalate" in rung) {
    const { people, groups, replace } = rung.escalate;
    return `${[...people, ...groups].join(", ")} may decide ${replace ? "instead" : "as well"}`;
  }
  const { value } = rung.decide as { value?: { approved?: unknown } | null };
  return value?.approved === true
    ? "approved by itself"
    : value?.approved === false
      ? "rejected by itself"
      : "answered by itself";
}

/** Everything that happened, with what was said and the digest of what was shown then. */
export function trailHtml(lines: readonly HoldTrailLine[]): string {
  const rows = lines.map(
    ({ at, actor, channel, action, says, evidenceHash }) =>
      `<tr><td>${html(timeText(at))}</td><td>${html(oneLine(actor ?? "by itself"))} <span class="soft">(${html(oneLine(channel))})</span></td><td>${html(oneLine(action))}${saysHtml(says)}</td><td><code>${html((evidenceHash ?? "").slice(0, 12) || "–")}</code></td></tr>`,
  );
  const last = lines.at(-1)?.hash?.slice(0, 16);
  const seal =
    last === undefined
      ? ""
      : `<p class="soft">Each line seals those before it. The last seal: <code>${last}</code></p>`;
  return `<section class="card"><h2>What has happened</h2><div class="scroll" tabindex="0" role="region" aria-label="What has happened"><table class="trail"><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Evidence</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>${seal}</section>`;
}

function saysHtml(says: unknown): string {
  if (typeof says !== "object" || says === null) return "";
  const { text, note, outcome, to, n } = says as Record<string, unknown>;
  const words = [
    typeof outcome === "string" ? outcome : "",
    typeof to === "string" ? `to ${to}` : "",
    typeof n === "number" ? `question ${n}` : "",
  ].filter(Boolean);
  const quoted = [text, note].filter((one): one is string => typeof one === "string" && one !== "");
  const changed =
    "arguments" in says ? [valueText(says.arguments, 400)] : "context" in says ? [valueText(says.context, 400)] : [];
  const parts = [...words.map(oneLine), ...quoted.map((one) => `“${plain(one)}”`), ...changed];
  return parts.length === 0 ? "" : ` <span class="soft">${html(parts.join(" · "))}</span>`;
}
