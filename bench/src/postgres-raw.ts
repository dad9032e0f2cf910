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
  const text = "insert into raw_row select 2, $1::bigint + n, $2 from generate_series(1, $3::int) as n";
  const statements = await rawRate(300, (i) =>
    client.query({ name: "grouped", text, values: [i * rawGroup, rawBytes, rawGroup] }),
  );
  await client.end();
  return { single, grouped: statements * rawGroup };
}
