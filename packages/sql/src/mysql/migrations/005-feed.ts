import type { Migration } from "../../migration/migration.ts";

/** The table of SQLite's eighth migration in MySQL's types. */
export const feed: Migration = {
  version: 5,
  name: "feed",
  sql: `
    drop table if exists hold_change;
    create table if not exists feed (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      run_pk bigint not null,
      hold_pk bigint,
      what smallint not null,
      at bigint not null
    ) engine = InnoDB row_format = dynamic;
  `,
};
