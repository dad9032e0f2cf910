import type { Migration } from "../../migration/migration.ts";

/**
 * The index of lists by status is for lists alone. Whoever looks for ready runs asks for less than it holds, and a planner whose figures
 * are of a quiet hour, and know of no ready run, thought it as good as the index of claims: with 40,000 that were ready each claim read
 * them all and sorted them, 47 ms instead of 1.5. Only a list leaves out earlier generations, and now the index does, too.
 */
export const onlyLists: Migration = {
  version: 11,
  name: "only lists",
  sql: `
    drop index run_by_status;
    create index run_by_status on run (namespace, status, (pk + 0)) where next_pk is null and status <> 2 and status <> 6;
  `,
};
