import type { Migration } from "../../migration/migration.ts";

/**
 * Runs, journals, inboxes and holds. `namespace` is in every table that is not reached through a run.
 *
 * Rows are appended to tables ordered by their internal integer and found through a narrow index. Clustered by
 * (run_pk, seq) instead, 50 runs of 1,000 steps each made 48,000 rather than 77,000 appends a second with
 * synchronous=FULL, because every run then dirties a page of its own (docs/decisions/001-tables-on-sql.md).
 * Indexes are partial wherever a row leaves the state they serve; none contains `seq` or `head`, so an append
 * updates no index but the journal's own.
 */
export const first: Migration = {
  version: 1,
  name: "first",
  sql: `
    create table namespace (
      pk integer primary key,
      name text not null unique
    ) strict;

    create table run (
      pk integer primary key autoincrement,
      namespace integer not null,
      id text not null,
      generation integer not null,
      next_pk integer,
      workflow text not null,
      version integer not null,
      spec integer not null,
      code_hash text,
      status integer not null,
      waiting integer,
      outcome text,
      phase integer,
      queue text not null,
      priority integer not null,
      concurrency_key text,
      key_held integer not null,
      ready_at integer not null,
      wake_at integer,
      epoch integer not null,
      owner integer,
      seq integer not null,
      stalls integer not null,
      seed text not null,
      salt blob,
      head blob not null,
      entry_count integer not null,
      streamed integer not null,
      parent_pk integer,
      parent_key text,
      parent_close integer,
      forked_from text,
      forked_seq integer,
      thread text,
      input_digest blob not null,
      attributes text,
      progress_done real,
      progress_total real,
      note text,
      created_by text,
      created_at integer not null,
      updated_at integer not null,
      finished_at integer
    ) strict;
    create unique index run_by_id on run (namespace, id, generation);
    create index run_ready on run (namespace, queue, workflow, version, priority desc, ready_at) where status = 0;
    create index run_delayed on run (namespace, ready_at) where status = 1;
    create index run_running on run (namespace, queue, concurrency_key) where status = 2;
    create index run_wake on run (namespace, wake_at) where status = 3 and wake_at is not null;
    create index run_key_held on run (namespace, queue, concurrency_key) where key_held = 1;
    create index run_by_parent on run (parent_pk) where parent_pk is not null;
    create index run_by_thread on run (namespace, thread) where thread is not null;
    create index run_finished_root on run (namespace, finished_at)
      where finished_at is not null and next_pk is null and (parent_pk is null or parent_close = 1);

    create table journal (
      run_pk integer not null,
      seq integer not null,
      key text not null,
      phase text not null,
      kind integer not null,
      outcome integer,
      codec text,
      bytes blob,
      ref integer,
      started_at integer not null,
      duration integer not null,
      attempt integer not null,
      measures text,
      mail_seen integer not null,
      hash blob not null
    ) strict;
    create unique index journal_by_run on journal (run_pk, seq);

    create table inbox (
      run_pk integer not null,
      n integer not null,
      kind integer not null,
      key text not null,
      dedupe text,
      outcome integer,
      codec text,
      bytes blob,
      ref integer,
      sender text,
      at integer not null,
      salt blob
    ) strict;
    create unique index inbox_by_run on inbox (run_pk, n);
    create unique index inbox_by_dedupe on inbox (run_pk, dedupe) where dedupe is not null;

    create table payload (
      run_pk integer not null,
      hash blob not null,
      bytes blob not null
    ) strict;
    create unique index payload_by_run on payload (run_pk, hash);

    create table stream (
      run_pk integer not null,
      n integer not null,
      bytes blob not null
    ) strict;
    create unique index stream_by_run on stream (run_pk, n);

    create table label (
      run_pk integer not null,
      key text not null,
      by text not null,
      label text not null,
      at integer not null,
      primary key (run_pk, key, by)
    ) strict, without rowid;

    create table document (
      pk integer primary key,
      hash blob not null unique,
      bytes blob not null
    ) strict;

    create table hold (
      pk integer primary key,
      namespace integer not null,
      id text not null,
      run_pk integer not null,
      run_id text,
      workflow text,
      key text not null,
      name text not null,
      origin integer not null,
      status integer not null,
      title text not null,
      severity integer not null,
      form integer,
      request_codec text not null,
      request_bytes blob not null,
      request_ref integer not null,
      evidence_hash blob not null,
      action_hash blob not null,
      next_at integer,
      revision integer not null,
      decision_codec text,
      decision_bytes blob,
      decision_ref integer,
      decided_by text,
      opened_at integer not null,
      closed_at integer
    ) strict;
    create unique index hold_by_id on hold (namespace, id);
    create unique index hold_by_run on hold (run_pk, key);
    create index hold_open on hold (namespace) where status = 0;
    create index hold_due on hold (namespace, next_at) where status = 0 and next_at is not null;
    create index hold_kept on hold (namespace, run_id) where run_id is not null;

    create table hold_event (
      hold_pk integer not null,
      n integer not null,
      actor text,
      channel text not null,
      action text not null,
      codec text,
      bytes blob,
      ref integer,
      evidence_hash blob,
      at integer not null,
      idempotency_key text,
      primary key (hold_pk, n)
    ) strict, without rowid;

    create table worker (
      pk integer primary key autoincrement,
      namespace integer not null,
      incarnation text not null,
      host text not null,
      boot_id text not null,
      pid integer not null,
      lease_until integer not null,
      capabilities text not null,
      unique (namespace, incarnation)
    ) strict;

    create table tombstone (
      namespace integer not null,
      id text not null,
      workflow text not null,
      input_digest blob not null,
      status integer not null,
      outcome text not null,
      head blob not null,
      entry_count integer not null,
      created_at integer not null,
      finished_at integer not null,
      removed_at integer not null,
      primary key (namespace, id)
    ) strict, without rowid;
    create index tombstone_by_age on tombstone (namespace, removed_at);

    create table cache (
      namespace integer not null,
      key text not null,
      codec text not null,
      bytes blob not null,
      ref integer not null,
      expires_at integer not null,
      primary key (namespace, key)
    ) strict, without rowid;
  `,
};
