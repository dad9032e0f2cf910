import type { Migration } from "../../migration/migration.ts";

/**
 * Where the rates of queues and keys stand, and which unstarted run a debounce key means. Tables of their own, so that who uses
 * neither pays for neither: a run has no more columns and no more indexes than before.
 */
export const limits: Migration = {
  version: 5,
  name: "limits",
  sql: `
    create table limiter (
      namespace integer not null,
      queue text not null,
      key text not null,
      arrival integer not null,
      primary key (namespace, queue, key)
    ) strict, without rowid;
    create table debounce (
      namespace integer not null,
      workflow text not null,
      key text not null,
      run_id text not null,
      first_at integer not null,
      primary key (namespace, workflow, key)
    ) strict, without rowid;
  `,
};
