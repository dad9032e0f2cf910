import type { Dialect, SqlBool } from "kysely";
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from "kysely";
import type { QueryDialect } from "./dialect.ts";
import type { Tables } from "./tables.ts";

const compiling: Dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

/**
 * The text between the braces with a comma on both sides: a name with its value stands in it exactly once, as
 * `,"name":value,`. Quotes inside strings are escaped, so neither can a string hold it. Compared as text because
 * PostgreSQL's json refuses "\u0000", which an attribute may hold.
 */
const members = sql<string>`',' || substr(run.attributes, 2, length(run.attributes) - 2) || ','`;

const contains = (text: string) => sql<SqlBool>`coalesce(strpos(${members}, ${text}), 0) > 0`;

export const postgresQueries: QueryDialect = {
  builder: new Kysely<Tables>({ dialect: compiling }),
  attributeIs(name, value) {
    // Member by member there is an index on what this function of the schema gives (migration 5).
    if (value !== null) {
      return sql<SqlBool>`attribute_members(run.attributes) @> array[${`${JSON.stringify(name)}:${JSON.stringify(value)}`}]`;
    }
    const member = `,${JSON.stringify(name)}:`;
    return sql<SqlBool>`(not ${contains(member)} or ${contains(`${member}null,`)})`;
  },
  toSort: (column) => sql<number>`${sql.ref(column)} + 0`,
  indexed: {
    runs: ({ status, attributes }) =>
      (status?.length === 1 && status[0] !== "completed" && status[0] !== "ready") ||
      Object.values(attributes ?? {}).some((value) => value !== null),
    openHolds: true,
  },
  inTableOrder: (table, namespace) => sql<SqlBool>`${sql.ref(`${table}.namespace`)} = ${namespace}`,
};
