import type { Message } from "../notice/message.ts";

/** A message as plain text: for mail readers without HTML, and the terminal. */
export function textOf(message: Message): string {
  const lines = [message.title, "", message.state];
  if (message.consequence !== null) lines.push("", `If approved: ${message.consequence}`);
  lines.push("", ...message.facts.map(({ label, value }) => `${label}: ${value}`));
  if (message.evidence.length > 0)
    lines.push("", "What it rests on", ...message.evidence.map(({ label, value }) => `  ${label}: ${indented(value)}`));
  if (message.form.length > 0)
    lines.push("", "To fill in", ...message.form.map(({ label, value }) => `  ${label}: ${value}`));
  if (message.options.length > 0) lines.push("", `Options: ${message.options.join(", ")}`);
  if (message.link !== null) lines.push("", "Look at it and decide (for you alone; do not forward):", message.link);
  return `${lines.join("\n")}\n`;
}

const indented = (value: string): string => value.replaceAll("\n", "\n    ");
