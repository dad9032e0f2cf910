import pg from "pg";
import { type RawRates, rawBytes, rawGroup, rawRate } from "./raw-rows.ts";

/** The yardsticks on PostgreSQL. */
export async function postgresRates(url: string): Promise<RawRates> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("drop table if exists raw_row");
  await client.query("create table raw_row (pk bigint not null, seq bigint not null, bytes bytea not null)");
  await client.query("create unique index on raw_row (pk, seq)");
  const single = await rawRate(1000, (i) =>
    client.query({ name: "single", text: "insert into raw_row values ($1, $2, $3)", values: [1, i, rawBytes] }),
  );
  // Every row is sent: a statement that made its rows out of one would be no yardstick for rows that differ.
  const rows = Array.from({ length: rawGroup }, (_, n) => `(2, $${2 * n + 1}, $${2 * n + 2})`);
  const text = `insert into raw_row values ${rows.join(", ")}`;
  const statements = await rawRate(300, (i) =>
    client.query({ name: "grouped", text, values: rows.flatMap((_, n) => [i * rawGroup + n, rawBytes]) }),
  );
  await client.end();
  return { single, grouped: statements * rawGroup };
}
