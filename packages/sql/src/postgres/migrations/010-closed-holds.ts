import type { Migration } from "../../migration/migration.ts";

/** Holds by when they were closed, for figures of a time: an entry for each decision, none for a run. */
export const closedHolds: Migration = {
  version: 10,
  name: "closed holds",
  sql: `
    create index hold_closed on hold (namespace, closed_at) where closed_at is not null;
  `,
};
