import type { Migration } from "../../migration/migration.ts";

/**
 * Lists over a million finished runs. The few that wait or went wrong are found by their status: an index without those that
 * are executing or completed, which an ordinary run enters once, when it is born. Pages are in the order of `pk`, and the planner,
 * which thinks that what is wanted lies evenly among the rest, would read the table backwards until it has a page: 2 s where all
 * that wait are old. `pk + 0` is an order that only these indexes have.
 *
 * Attributes are found by the text of each member (`"customer":"ana"`), cut out of the stored text by an expression, because `jsonb`
 * refuses `"\\u0000"`. No column of these indexes is touched by an append.
 */
export const lists: Migration = {
  version: 5,
  name: "lists",
  sql: String.raw`
    create index run_by_status on run (namespace, status, (pk + 0)) where status <> 2 and status <> 6;
    create index hold_in_order on hold (namespace, (pk + 0)) where status = 0;
    drop index hold_open;

    create function attribute_members(attributes text) returns text[] language sql immutable strict parallel safe as $$
      select array(
        select member[1]
        from regexp_matches(attributes, '"(?:[^"\\]|\\.)*":(?:"(?:[^"\\]|\\.)*"|[^",}]*)', 'g') as member)
    $$;
    create index run_by_attribute on run using gin (attribute_members(attributes)) where attributes is not null;
  `,
};
