import type { Migration } from "../../migration/migration.ts";

/**
 * That a hold opened or moved, in the order of the changes: who follows holds reads on from the last number it saw. Only the newest are
 * kept. A narrow table of its own, so that the trail of a hold has no further index.
 */
export const holdChanges: Migration = {
  version: 7,
  name: "changes of holds",
  sql: `
    create table hold_change (
      pk integer primary key,
      namespace integer not null,
      hold_pk integer not null
    ) strict;
  `,
};
