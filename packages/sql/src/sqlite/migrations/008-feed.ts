import type { Migration } from "../../migration/migration.ts";

/**
 * What happened to runs and holds, in the order of the changes: who follows them reads on from the last number it saw. Only the newest are
 * kept. It takes the place of the changes of holds: whoever has read those looks at all holds once, and reads on here.
 */
export const feed: Migration = {
  version: 8,
  name: "feed",
  sql: `
    drop table hold_change;
    create table feed (
      pk integer primary key,
      namespace integer not null,
      run_pk integer not null,
      hold_pk integer,
      what integer not null,
      at integer not null
    ) strict;
  `,
};
