import type { Hold } from "@holdpoint/core";
import { fieldsOf } from "../forms/fields.ts";
import { shellWord } from "../terminal/shell-word.ts";

/** What to type to answer a hold, one line for each way. */
export function decideLines(hold: Hold): string[] {
  const base = `holdpoint decide ${shellWord(hold.id)}`;
  if (hold.kind === "approval") return [`${base} --approve`, `${base} --reject`];
  const fields = hold.form ? fieldsOf(hold.form) : null;
  if (!fields) return [`${base} --answer JSON`];
  const wanted = fields.filter((field) => field.required);
  const sets = (wanted.length > 0 ? wanted : fields).map(
    (field) => `--set ${shellWord(`${field.name}=${exampleOf(field)}`)}`,
  );
  return [[base, ...sets].join(" ")];
}

function exampleOf(field: { type: string; choices: readonly unknown[] | null }): string {
  const [first] = field.choices ?? [];
  if (first !== undefined) return String(first);
  return field.type === "boolean" ? "true" : "…";
}

/** What a script must add for a hold that nobody may decide unread. */
export function unattendedSuffix(hold: Hold): string {
  return needsReading(hold) ? ` --revision ${hold.revision} --yes` : "";
}

/** High and critical ones are decided on what was read. */
export const needsReading = (hold: Pick<Hold, "severity">): boolean =>
  hold.severity === "high" || hold.severity === "critical";
