import type { Migration } from "../../migration/migration.ts";

/**
 * How often each attribute stands in runs. The planner does not look at what it knows of an index that leaves out rows; with
 * this it takes the index for what few runs have, and reads the newest runs for what many have; by itself, because to start
 * processes that help takes longer than a page.
 */
export const statistics: Migration = {
  version: 6,
  name: "statistics of attributes",
  sql: `
    create statistics run_attributes on (attribute_members(attributes)) from run;
    alter function attribute_members(text) parallel unsafe;
  `,
};
