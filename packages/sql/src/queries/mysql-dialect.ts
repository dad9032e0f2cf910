import type { Dialect, SqlBool } from "kysely";
import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from "kysely";
import type { QueryDialect } from "./dialect.ts";
import type { Tables } from "./tables.ts";

const compiling: Dialect = {
  createAdapter: () => new MysqlAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new MysqlIntrospector(db),
  createQueryCompiler: () => new MysqlQueryCompiler(),
};

/**
 * The text between the braces with a comma on both sides: a name with its value stands in it exactly once, as
 * `,"name":value,`. Quotes inside strings are escaped, so neither can a string hold it. As text, because MySQL's json
 * has numbers of its own and sorts the names.
 */
const members = sql<string>`concat(',', substr(run.attributes, 2, char_length(run.attributes) - 2), ',')`;

const contains = (text: string) => sql<SqlBool>`coalesce(instr(${members}, ${text}), 0) > 0`;

export const mysqlQueries: QueryDialect = {
  builder: new Kysely<Tables>({ dialect: compiling }),
  attributeIs(name, value) {
    const member = `,${JSON.stringify(name)}:`;
    if (value !== null) return contains(`${member}${JSON.stringify(value)},`);
    return sql<SqlBool>`(not ${contains(member)} or ${contains(`${member}null,`)})`;
  },
  toSort: (column) => sql<number>`${sql.ref(column)} + 0`,
  indexed: { runs: () => false, openHolds: false },
  openHold: sql<SqlBool>`hold.is_open = 1`,
  // An index that begins with the namespace would be read whole and sorted.
  inTableOrder: (table, namespace) => sql<SqlBool>`${sql.ref(`${table}.namespace`)} + 0 = ${namespace}`,
};
