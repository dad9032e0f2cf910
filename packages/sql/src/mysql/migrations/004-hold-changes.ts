import type { Migration } from "../../migration/migration.ts";

/** The table of SQLite's seventh migration in MySQL's types. */
export const holdChanges: Migration = {
  version: 4,
  name: "changes of holds",
  sql: `
    create table if not exists hold_change (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      hold_pk bigint not null
    ) engine = InnoDB row_format = dynamic;
  `,
};
