import type { Migration } from "../../migration/migration.ts";

/** As in SQLite's migration of this name: progress of holds, address and link of their events. */
export const holdRules: Migration = {
  version: 3,
  name: "rules of holds",
  sql: `
    alter table hold add column progress_codec text;
    alter table hold add column progress_bytes bytea;
    alter table hold add column progress_ref smallint;
    alter table hold_event add column address text;
    alter table hold_event add column salt bytea;
    alter table hold_event add column hash bytea;
  `,
};
