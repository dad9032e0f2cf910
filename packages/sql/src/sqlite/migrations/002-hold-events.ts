import type { Migration } from "../../migration/migration.ts";

/**
 * Events of holds in the order in which they come, found through a narrow index, like the journal's entries. Clustered by
 * (hold_pk, n) a decision's event landed in the middle of a full page as a rule, and the commit carried up to seven pages
 * of rebalancing (16 instead of 8 or 9).
 */
export const holdEvents: Migration = {
  version: 2,
  name: "hold events in the order they come",
  sql: `
    alter table hold_event rename to hold_event_clustered;
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
      idempotency_key text
    ) strict;
    insert into hold_event (hold_pk, n, actor, channel, action, codec, bytes, ref, evidence_hash, at, idempotency_key)
      select hold_pk, n, actor, channel, action, codec, bytes, ref, evidence_hash, at, idempotency_key
      from hold_event_clustered order by at, hold_pk, n;
    drop table hold_event_clustered;
    create unique index hold_event_by_hold on hold_event (hold_pk, n);
  `,
};
