import type { Migration } from "../../migration/migration.ts";

/**
 * An installation's own documents, and its append-only logs. A log's head has a row of its own: whoever appends locks it, so
 * that the lines make one chain.
 */
export const records: Migration = {
  version: 6,
  name: "records",
  sql: `
    create table record (
      pk integer primary key autoincrement,
      namespace integer not null,
      kind text not null,
      id text not null,
      revision integer not null,
      body text not null,
      created_at integer not null,
      updated_at integer not null,
      expires_at integer
    ) strict;
    create unique index record_by_id on record (namespace, kind, id);
    create index record_by_expiry on record (namespace, expires_at) where expires_at is not null;

    create table log_head (
      pk integer primary key autoincrement,
      namespace integer not null,
      name text not null,
      n integer not null,
      at integer not null,
      hash blob
    ) strict;
    create unique index log_head_by_name on log_head (namespace, name);

    create table log_line (
      log_pk integer not null,
      n integer not null,
      at integer not null,
      key text,
      body text not null,
      hash blob not null,
      primary key (log_pk, n)
    ) strict;
    create index log_line_by_time on log_line (log_pk, at, n);
    create unique index log_line_by_key on log_line (log_pk, key) where key is not null;
  `,
};
