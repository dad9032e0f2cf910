import type { Migration } from "../../migration/migration.ts";

/**
 * What happened to a hold while it was open, as far as rules ask, in its row: nobody reads its events to decide. An event's address and
 * its link in the trail. All new columns are null in what was written before.
 */
export const holdRules: Migration = {
  version: 4,
  name: "rules of holds",
  sql: `
    alter table hold add column progress_codec text;
    alter table hold add column progress_bytes blob;
    alter table hold add column progress_ref integer;
    alter table hold_event add column address text;
    alter table hold_event add column salt blob;
    alter table hold_event add column hash blob;
  `,
};
