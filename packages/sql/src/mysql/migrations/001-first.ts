import type { Migration } from "../../migration/migration.ts";

/**
 * The tables of the other stores in types that MySQL and MariaDB share. What differs here, and why:
 *
 * - There are no partial indexes. A stored generated column is null outside of the state an index serves (`due_at`,
 *   `held_key`, …), so a run that changes its state in any other way leaves that index alone.
 * - Rows that belong to a run are clustered by it (the primary key): InnoDB has no other order to offer than that of a
 *   key, and a history is then one range.
 * - Text is compared by code points, trailing blanks included; how such a collation is called, each server says
 *   differently, so it comes from the database. Text in an index is limited by the 3,072 bytes an index entry may have.
 * - `urgency` is `-priority`: MariaDB has descending indexes only since 10.8.
 *
 * Each statement may be repeated: a change of the schema cannot be undone with its transaction here.
 */
export const first: Migration = {
  version: 1,
  name: "first",
  sql: `
    create table if not exists namespace (
      pk bigint not null auto_increment primary key,
      name varchar(512) not null,
      unique key namespace_by_name (name)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists run (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      id varchar(512) not null,
      generation int not null,
      next_pk bigint,
      workflow varchar(255) not null,
      version bigint not null,
      spec int not null,
      code_hash text,
      status tinyint not null,
      waiting tinyint,
      outcome text,
      phase tinyint,
      queue varchar(255) not null,
      priority bigint not null,
      concurrency_key varchar(400),
      key_held tinyint not null,
      ready_at bigint not null,
      wake_at bigint,
      epoch bigint not null,
      owner bigint,
      seq bigint not null,
      stalls bigint not null,
      seed text not null,
      salt varbinary(255),
      head varbinary(255) not null,
      entry_count bigint not null,
      streamed bigint not null,
      parent_pk bigint,
      parent_key text,
      parent_close tinyint,
      forked_from text,
      forked_seq bigint,
      thread varchar(512),
      input_digest varbinary(255) not null,
      attributes longtext,
      progress_done double,
      progress_total double,
      note longtext,
      created_by text,
      created_at bigint not null,
      updated_at bigint not null,
      finished_at bigint,
      urgency bigint generated always as (-priority) stored,
      due_at bigint generated always as (case when status = 3 then wake_at when status = 1 then ready_at end) stored,
      suspect_queue varchar(255) generated always as (case when status = 0 and stalls >= 2 then queue end) stored,
      held_key varchar(400) generated always as (case when key_held = 1 then concurrency_key end) stored,
      held_status tinyint
        generated always as (case when key_held = 1 and concurrency_key is not null then status end) stored,
      finished_root_at bigint
        generated always as (case when next_pk is null and (parent_pk is null or parent_close = 1) then finished_at end)
        stored,
      unique key run_by_id (namespace, id, generation),
      key run_ready (namespace, status, queue, workflow, version, urgency, ready_at),
      key run_suspect (namespace, suspect_queue),
      key run_due (namespace, due_at),
      key run_key_held (namespace, queue, held_key, held_status),
      key run_by_parent (parent_pk),
      key run_by_thread (namespace, thread),
      key run_finished_root (namespace, finished_root_at)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists journal (
      run_pk bigint not null,
      seq bigint not null,
      \`key\` text not null,
      phase text not null,
      kind tinyint not null,
      outcome tinyint,
      codec text,
      bytes longblob,
      ref tinyint,
      started_at bigint not null,
      duration bigint not null,
      attempt int not null,
      measures longtext,
      mail_seen bigint not null,
      hash varbinary(255) not null,
      primary key (run_pk, seq)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists inbox (
      run_pk bigint not null,
      n bigint not null,
      kind tinyint not null,
      \`key\` text not null,
      dedupe varchar(700),
      outcome tinyint,
      codec text,
      bytes longblob,
      ref tinyint,
      sender text,
      at bigint not null,
      salt varbinary(255),
      primary key (run_pk, n),
      unique key inbox_by_dedupe (run_pk, dedupe)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists payload (
      run_pk bigint not null,
      hash varbinary(255) not null,
      bytes longblob not null,
      primary key (run_pk, hash)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists stream (
      run_pk bigint not null,
      n bigint not null,
      bytes longblob not null,
      primary key (run_pk, n)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists label (
      run_pk bigint not null,
      \`key\` varchar(500) not null,
      \`by\` varchar(255) not null,
      label text not null,
      at bigint not null,
      primary key (run_pk, \`key\`, \`by\`)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists document (
      pk bigint not null auto_increment primary key,
      hash varbinary(255) not null,
      bytes longblob not null,
      unique key document_by_hash (hash)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists hold (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      id varchar(512) not null,
      run_pk bigint not null,
      run_id varchar(512),
      workflow text,
      \`key\` varchar(700) not null,
      name text not null,
      origin tinyint not null,
      status tinyint not null,
      title longtext not null,
      severity tinyint not null,
      form bigint,
      request_codec text not null,
      request_bytes longblob not null,
      request_ref tinyint not null,
      evidence_hash varbinary(255) not null,
      action_hash varbinary(255) not null,
      next_at bigint,
      revision bigint not null,
      progress_codec text,
      progress_bytes longblob,
      progress_ref tinyint,
      decision_codec text,
      decision_bytes longblob,
      decision_ref tinyint,
      decided_by text,
      opened_at bigint not null,
      closed_at bigint,
      is_open tinyint generated always as (case when status = 0 then 1 end) stored,
      due_at bigint generated always as (case when status = 0 then next_at end) stored,
      unique key hold_by_id (namespace, id),
      unique key hold_by_run (run_pk, \`key\`),
      key hold_open (namespace, is_open),
      key hold_due (namespace, due_at),
      key hold_kept (namespace, run_id)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists hold_event (
      hold_pk bigint not null,
      n bigint not null,
      actor text,
      channel text not null,
      address text,
      action text not null,
      codec text,
      bytes longblob,
      ref tinyint,
      salt varbinary(255),
      evidence_hash varbinary(255),
      at bigint not null,
      idempotency_key text,
      hash varbinary(255),
      primary key (hold_pk, n)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists worker (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      incarnation varchar(512) not null,
      host text not null,
      boot_id text not null,
      pid bigint not null,
      lease_until bigint not null,
      capabilities longtext not null,
      unique key worker_by_incarnation (namespace, incarnation)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists tombstone (
      namespace bigint not null,
      id varchar(512) not null,
      workflow text not null,
      input_digest varbinary(255) not null,
      status tinyint not null,
      outcome text not null,
      head varbinary(255) not null,
      entry_count bigint not null,
      created_at bigint not null,
      finished_at bigint not null,
      removed_at bigint not null,
      primary key (namespace, id),
      key tombstone_by_age (namespace, removed_at)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists cache (
      namespace bigint not null,
      \`key\` varchar(700) not null,
      codec text not null,
      bytes longblob not null,
      ref tinyint not null,
      expires_at bigint not null,
      primary key (namespace, \`key\`)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists schedule (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      id varchar(512) not null,
      revision bigint not null,
      workflow text not null,
      definition longtext not null,
      event varchar(512),
      codec text,
      bytes longblob,
      ref tinyint,
      paused tinyint not null,
      next_at bigint,
      state longtext not null,
      created_by text,
      created_at bigint not null,
      updated_at bigint not null,
      unique key schedule_by_id (namespace, id),
      key schedule_due (namespace, next_at, id),
      key schedule_by_event (namespace, event)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists firing (
      pk bigint not null auto_increment primary key,
      schedule_pk bigint not null,
      \`key\` varchar(700) not null,
      kind tinyint not null,
      outcome tinyint not null,
      due_at bigint not null,
      run_id text,
      actor text,
      note longtext,
      at bigint not null,
      unique key firing_by_key (schedule_pk, \`key\`),
      key firing_by_age (schedule_pk, pk)
    ) engine = InnoDB row_format = dynamic;
  `,
};
