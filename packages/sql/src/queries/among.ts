import type { WorkflowSet } from "@holdpoint/core";
import { type Expression, type SqlBool, sql } from "kysely";

/** Whether a workflow is one of a set. A prefix is compared as text: what a pattern would take for a sign of its own is a letter. */
export function isAmong(workflow: Expression<string | null>, { names, prefixes }: WorkflowSet): Expression<SqlBool> {
  const listed = names.map((name) => sql<SqlBool>`${workflow} = ${name}`);
  const begun = prefixes.map((one) => sql<SqlBool>`substr(${workflow}, 1, ${sql.lit([...one].length)}) = ${one}`);
  const all = [...listed, ...begun];
  return all.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`(${sql.join(all, sql` or `)})`;
}
