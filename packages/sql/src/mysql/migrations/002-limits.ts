import type { Migration } from "../../migration/migration.ts";

/** The tables of SQLite's fifth migration in MySQL's types. */
export const limits: Migration = {
  version: 2,
  name: "limits",
  sql: `
    create table if not exists limiter (
      namespace bigint not null,
      queue varchar(255) not null,
      \`key\` varchar(500) not null,
      arrival bigint not null,
      primary key (namespace, queue, \`key\`)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists debounce (
      namespace bigint not null,
      workflow varchar(128) not null,
      \`key\` varchar(512) not null,
      run_id varchar(512) not null,
      first_at bigint not null,
      primary key (namespace, workflow, \`key\`)
    ) engine = InnoDB row_format = dynamic;
  `,
};
