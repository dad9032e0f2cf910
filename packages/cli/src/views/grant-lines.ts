import type { Grant } from "@holdpoint/core";
import { oneLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { shownTime, shownWhen } from "../terminal/time.ts";
import { valueWords } from "../views/event-line.ts";

/** What each of its holds may amount to, and what must be the same. */
export function limitText({ amount, where, severity }: Grant): string {
  const same = Object.entries(where).map(([name, value]) => `${name} is ${valueWords(value)}`);
  return [...(amount ? [`${amount.of} up to ${amount.most}`] : []), ...same, `severity up to ${severity}`].join(", ");
}

/** A grant as people read it. */
export function grantLines({ paint }: Pick<Terminal, "paint">, grant: Grant, now: number): string[] {
  const fact = (name: string, text: string | null): string[] =>
    text === null ? [] : [`  ${paint("dim", name.padEnd(9))} ${oneLine(text)}`];
  const { id, by, action, workflow, name, count, used, until, status, hold, note, revoked, uses } = grant;
  return [
    `${paint("bold", id)}  ${paint(status === "active" ? "green" : "dim", status)}`,
    ...fact("by", `${by}, ${shownTime(grant.at)}, on ${hold}`),
    ...fact("for", `${workflow}: ${name}${action === null ? "" : ` (${action})`}`),
    ...fact("each", limitText(grant)),
    ...fact("used", `${used} of ${count}`),
    ...fact("until", `${shownTime(until)} (${shownWhen(until, now)})`),
    ...fact("note", note),
    ...fact(
      "revoked",
      revoked && `by ${revoked.by}, ${shownTime(revoked.at)}${revoked.note === null ? "" : `: ${revoked.note}`}`,
    ),
    ...uses.map((use) => `    ${shownTime(use.at)}  ${use.hold}`),
  ];
}
