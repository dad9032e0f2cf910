import type { Hold } from "@holdpoint/core";
import { factsOf } from "./facts.ts";
import { fieldsOf, wanted } from "./fields.ts";
import type { Notice } from "./notice.ts";
import { oneLine, plain, shortened, valueText } from "./plain.ts";

/** A label and what stands beside it. */
export interface Line {
  label: string;
  value: string;
}

/**
 * What a message says, as plain text in pieces: every template arranges these, and escapes them for where they go. No piece has
 * control characters in it.
 */
export interface Message {
  /** One line, for a mail's subject or a notification. */
  subject: string;
  /** What is wanted or what has happened. */
  state: string;
  /** What is to be decided. */
  title: string;
  severity: Hold["severity"];
  /** What happens if it is approved. */
  consequence: string | null;
  /** Where it comes from, until when, who may. */
  facts: Line[];
  /** What the decision rests on. */
  evidence: Line[];
  /** What is to be filled in. */
  form: Line[];
  /** What may be chosen. */
  options: string[];
  /** Where to decide; null when there is no link, or nothing to decide any more. */
  link: string | null;
}

/** Says what a notice is about. */
export function messageOf(notice: Notice): Message {
  const { hold, kind, link } = notice;
  const title = oneLine(hold.title);
  const closed = kind === "closed";
  const state = stateOf(notice);
  return {
    subject: shortened(
      `${subjectWord[kind]}${hold.severity === "high" || hold.severity === "critical" ? ` [${hold.severity}]` : ""}: ${title}`,
      180,
    ),
    state,
    title,
    severity: hold.severity,
    consequence: hold.consequence === null ? null : plain(hold.consequence),
    facts: factsOf(hold, closed),
    evidence: evidenceOf(hold, { lines: 20, characters: 600 }),
    form:
      closed || hold.kind === "approval"
        ? []
        : (fieldsOf(hold.form) ?? []).map((field) => ({ label: field.title, value: wanted(field) })),
    options: closed ? [] : hold.options.map(({ value }) => oneLine(value)),
    link: closed ? null : link,
  };
}

const subjectWord = {
  asked: "Decision needed",
  reminder: "Reminder",
  escalated: "Escalated",
  closed: "Closed",
  changed: "News",
} as const;

function stateOf({ kind, hold, happening }: Notice): string {
  if (kind === "asked") return "Your decision is needed.";
  if (kind === "reminder") return "Still waiting for a decision.";
  if (kind === "escalated") return "Nobody has decided so far; now you are asked.";
  const who = oneLine(happening.actor ?? (happening.channel === "deadline" ? "the deadline" : "the system"));
  if (kind === "changed") return `${oneLine(happening.action)} by ${who}`;
  if (hold.status !== "decided") return `${capital(hold.status)}: no decision is needed any more.`;
  const approved = (hold.decision?.value as { approved?: unknown } | null | undefined)?.approved;
  const outcome = approved === true ? "Approved" : approved === false ? "Rejected" : "Answered";
  const note = hold.decision?.note ? `: ${oneLine(hold.decision.note)}` : "";
  return `${outcome} by ${oneLine(hold.decidedBy ?? "the deadline")}${note}`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** How much of the evidence is shown. */
export interface EvidenceLimits {
  /** Pieces of the context. */
  lines: number;
  /** Of each piece. */
  characters: number;
}

/** What a decision rests on, as lines: what is proposed, the context, answered questions, where to read more, files. */
export function evidenceOf(hold: Hold, limits: EvidenceLimits): Line[] {
  const { action, links, attachments, progress } = hold;
  return [
    ...(action
      ? [{ label: `Proposed: ${oneLine(action.name)}`, value: valueText(action.arguments, limits.characters) }]
      : []),
    ...contextLines(hold.context, limits),
    ...progress.questions.flatMap(({ text, answer }) =>
      answer ? [{ label: `Question: ${oneLine(text)}`, value: shortened(plain(answer.text), limits.characters) }] : [],
    ),
    ...links.map(({ title, url }) => ({ label: oneLine(title), value: oneLine(url) })),
    ...attachments.map(({ name, sha256 }) => ({
      label: "File",
      value: `${oneLine(name)} (SHA-256 ${oneLine(sha256)})`,
    })),
  ];
}

/** The fields of an object, or one line. */
function contextLines(context: unknown, limits: EvidenceLimits): Line[] {
  if (context === undefined || context === null) return [];
  if (typeof context !== "object" || Array.isArray(context) || context instanceof Date)
    return [{ label: "Evidence", value: valueText(context, limits.characters) }];
  const entries = Object.entries(context);
  const lines = entries
    .slice(0, limits.lines)
    .map(([name, value]) => ({ label: oneLine(name), value: valueText(value, limits.characters) }));
  const rest = entries.length - lines.length;
  return rest > 0 ? [...lines, { label: "…", value: `and ${rest} more` }] : lines;
}
