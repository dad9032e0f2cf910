import type { AuditLine } from "./audit-line.ts";

/** How an exported log is written. */
export type AuditFormat = "jsonl" | "csv";

const columns = [
  "n",
  "at",
  "by",
  "action",
  "outcome",
  "code",
  "target",
  "address",
  "requestId",
  "count",
  "before",
  "after",
  "hash",
] as const;

/**
 * An audit log as text, piece by piece: a JSON document a line, or CSV (RFC 4180) with a line of titles. In CSV a cell that a spreadsheet would take for a formula
 * begins with an apostrophe.
 */
export async function* auditText(lines: AsyncIterable<AuditLine>, format: AuditFormat): AsyncGenerator<string> {
  if (format === "csv") yield `${columns.join(",")}\r\n`;
  for await (const line of lines) {
    const shown = { ...line, at: new Date(line.at).toISOString() };
    yield format === "csv" ? `${columns.map((name) => cell(shown[name])).join(",")}\r\n` : `${JSON.stringify(shown)}\n`;
  }
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const plain = /^[=+\-@\t\r\n]/.test(text.trimStart()) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
