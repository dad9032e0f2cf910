import type { Hold } from "@holdpoint/core";
import { type Field, fieldsOf } from "../forms/fields.ts";
import { oneLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wrapText } from "../terminal/text-width.ts";
import { shownTime, shownWhen } from "../terminal/time.ts";
import { valueLines } from "../terminal/value-text.ts";
import { valueWords } from "./event-line.ts";
import { severityStyle } from "./severity.ts";

interface AuditLine {
  n: number;
  actor: string | null;
  channel: string;
  action: string;
  at: Date;
}

/** A hold as its reviewer reads it: what, what follows from it, the evidence, how to answer, until when, who, what happened. */
export function holdLines(
  terminal: Pick<Terminal, "paint" | "width">,
  hold: Hold,
  audit: readonly AuditLine[],
  now: number,
): string[] {
  const { paint, width } = terminal;
  const label = (name: string): string => paint("dim", name.padEnd(13));
  const fact = (name: string, text: string | null): string[] =>
    text === null ? [] : wrapText(oneLine(text), width - 15).map((line, i) => `  ${label(i === 0 ? name : "")}${line}`);
  const section = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", `  ${paint("dim", name)}`, ...lines.map((line) => `    ${line}`)];
  return [
    paint("bold", oneLine(hold.title)),
    `  ${[paint(severityStyle[hold.severity], hold.severity), hold.status, hold.id].join(paint("dim", " · "))}`,
    "",
    ...fact("consequence", hold.consequence),
    ...hold.fired.flatMap(({ says }) => fact("because", says)),
    ...(hold.facts ? fact("facts", valueWords(hold.facts)) : []),
    ...fact("run", `${hold.runId} (${hold.workflow})`),
    ...fact("opened", `${shownTime(hold.openedAt)} (${shownWhen(hold.openedAt, now)})`),
    ...hold.deadline.flatMap((rung) => fact("deadline", rungText(rung, now))),
    ...whoLines(hold).flatMap((line) => fact("who", line)),
    ...fact("has it", hold.progress.claimedBy ?? hold.progress.assignedTo),
    ...hold.progress.votes.flatMap((vote) => fact("vote", voteText(vote))),
    ...(hold.action ? fact("proposed", `${hold.action.name} ${valueWords(hold.action.arguments)}`) : []),
    ...hold.tags.slice(0, 1).flatMap(() => fact("tags", hold.tags.join(", "))),
    ...hold.links.flatMap((link) => fact("link", `${link.title}: ${link.url}`)),
    ...hold.attachments.flatMap((file) => fact("file", `${file.name}, SHA-256 ${file.sha256.slice(0, 16)}`)),
    ...fact("revision", `${hold.revision}, evidence ${hold.evidenceHash.slice(0, 16)}`),
    ...fact("decision", decisionText(hold)),
    ...section(
      "evidence",
      hold.context === undefined || hold.context === null ? [] : valueLines(hold.context, width - 4),
    ),
    ...section("questions", hold.progress.questions.flatMap(questionLines)),
    ...section("answer", answerLines(hold)),
    ...section(
      "audit",
      audit.map(
        (line) => `${shownTime(line.at)}  ${line.action} by ${oneLine(line.actor ?? "the engine")} (${line.channel})`,
      ),
    ),
  ];
}

/** Who may decide, and how many must: a line for each sign-off. */
export function whoLines({ people, reviewers }: Hold): string[] {
  if (reviewers === null) return [people === null ? "anybody" : people.join(", ")];
  const lines = reviewers.stages.map(({ people: named, groups, need, quorum }, index) => {
    const who = [...named, ...groups.map((group) => `group ${group}`)].join(", ");
    const each = need.map(({ group, count }) => `${count} of ${group}`).join(" and ");
    const order = reviewers.stages.length > 1 ? `${index + 1}. ` : "";
    return `${order}${who}${quorum > 1 || each ? `: ${quorum} must agree${each ? ` (${each})` : ""}` : ""}`;
  });
  const excluded = [
    ...reviewers.exclude,
    ...(reviewers.excludeCreator ? [reviewers.creator ?? "whoever started it"] : []),
  ];
  return excluded.length === 0 ? lines : [...lines, `not ${excluded.join(", ")}`];
}

function voteText({ by, as, outcome, note, grant }: Hold["progress"]["votes"][number]): string {
  const place = as === by || as === null ? "" : ` for ${as}`;
  const how = grant === undefined ? "" : ` through grant ${grant}`;
  return `${outcome} by ${by ?? "somebody unnamed"}${place}${how}${note === null ? "" : `: ${note}`}`;
}

function questionLines({ n, by, text, answer, run }: Hold["progress"]["questions"][number]): string[] {
  const question = `${n}. ${oneLine(text)} (${oneLine(by ?? "somebody unnamed")})`;
  if (answer === null) return run === undefined ? [question] : [question, "   the run's code is asked"];
  return [
    question,
    `   ${oneLine(answer.text)} (${answer.byRun ? "the run" : oneLine(answer.by ?? "somebody unnamed")})`,
  ];
}

function rungText(rung: Hold["deadline"][number], now: number): string {
  const when = `${shownTime(new Date(rung.at))} (${shownWhen(new Date(rung.at), now)})`;
  if ("expire" in rung) return `${when}: expires, the run is told so`;
  if ("remind" in rung) return `${when}: a reminder`;
  if ("escalate" in rung) {
    const { people, groups, replace } = rung.escalate;
    return `${when}: ${[...people, ...groups].join(", ")} may decide ${replace ? "instead" : "as well"}`;
  }
  const { value } = rung.decide as { value: unknown };
  return `${when}: ${answerWords(value)}, by itself`;
}

function decisionText({ status, decision, decidedBy, closedAt }: Hold): string | null {
  if (status === "open") return null;
  const when = closedAt ? ` ${shownTime(closedAt)}` : "";
  if (!decision) return `${status}${when}`;
  const option = decision.option === null ? "" : ` (${decision.option})`;
  const how = decision.grant === undefined ? "" : ` through grant ${decision.grant}`;
  const note = decision.note === null ? "" : `: ${decision.note}`;
  return `${answerWords(decision.value)}${option} by ${decidedBy ?? decision.channel}${how}${when}${note}`;
}

function answerWords(value: unknown): string {
  const approved = (value as { approved?: unknown } | null)?.approved;
  return approved === true ? "approved" : approved === false ? "rejected" : `answered ${valueWords(value)}`;
}

/** How it can be answered: yes or no, its options, its form's fields. */
function answerLines(hold: Hold): string[] {
  const options = hold.options.map(
    ({ value, outcome }) => `option ${oneLine(value)}${outcome === null ? "" : `: ${outcome}`}`,
  );
  if (hold.kind === "approval") return ["yes or no", ...options];
  const fields = hold.form ? fieldsOf(hold.form) : null;
  const lines = fields ? fields.map(fieldText) : hold.form ? valueLines(hold.form, 76) : [];
  return [...lines, ...options];
}

function fieldText(field: Field): string {
  const { name, type, required, choices, fallback, title, description } = field;
  const kind = choices ? choices.map(String).join(" | ") : type;
  const facts = [kind, required ? "required" : null, fallback === undefined ? null : `default ${valueWords(fallback)}`];
  const words = [title === name ? null : title, description].filter(Boolean).join(". ");
  return oneLine(`${name}: ${facts.filter(Boolean).join(", ")}${words && `  ${words}`}`);
}
