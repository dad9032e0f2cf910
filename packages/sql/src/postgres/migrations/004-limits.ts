import type { Migration } from "../../migration/migration.ts";

/** The tables of SQLite's fifth migration in PostgreSQL's types. */
export const limits: Migration = {
  version: 4,
  name: "limits",
  sql: `
    create table limiter (
      namespace bigint not null,
      queue text collate "C" not null,
      key text collate "C" not null,
      arrival bigint not null,
      primary key (namespace, queue, key)
    );
    create table debounce (
      namespace bigint not null,
      workflow text collate "C" not null,
      key text collate "C" not null,
      run_id text collate "C" not null,
      first_at bigint not null,
      primary key (namespace, workflow, key)
    );
  `,
};
