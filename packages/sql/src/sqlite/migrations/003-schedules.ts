import type { Migration } from "../../migration/migration.ts";

/**
 * Schedules and their history. What a schedule means, and where it stands, are two texts the engine writes and reads; the
 * columns beside them are those that something is looked for by.
 */
export const schedules: Migration = {
  version: 3,
  name: "schedules",
  sql: `
    create table schedule (
      pk integer primary key autoincrement,
      namespace integer not null,
      id text not null,
      revision integer not null,
      workflow text not null,
      definition text not null,
      event text,
      codec text,
      bytes blob,
      ref integer,
      paused integer not null,
      next_at integer,
      state text not null,
      created_by text,
      created_at integer not null,
      updated_at integer not null
    ) strict;
    create unique index schedule_by_id on schedule (namespace, id);
    create index schedule_due on schedule (namespace, next_at, id) where next_at is not null;
    create index schedule_by_event on schedule (namespace, event) where event is not null;

    create table firing (
      pk integer primary key autoincrement,
      schedule_pk integer not null,
      key text not null,
      kind integer not null,
      outcome integer not null,
      due_at integer not null,
      run_id text,
      actor text,
      note text,
      at integer not null
    ) strict;
    create unique index firing_by_key on firing (schedule_pk, key);
    create index firing_by_age on firing (schedule_pk, pk);
  `,
};
