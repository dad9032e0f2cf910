import pg from "pg";

/** Bytes of the row a trivial step leaves behind: key, numbers, hash, a short value. */
const bytes = Buffer.alloc(130);
/** Rows of a statement of the grouped yardstick. */
const group = 100;

/** The yardsticks: rows of the size of a step's, inserted on one connection with a prepared statement, each statement a commit. */
export interface RawRates {
  /** One row a statement: commits per second. */
  single: number;
  /** A hundred rows a statement: rows per second. */
  grouped: number;
}

export async function rawRates(url: string): Promise<RawRates> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("drop table if exists raw_row");
  await client.query("create table raw_row (pk bigint not null, seq bigint not null, bytes bytea not null)");
  await client.query("create unique index on raw_row (pk, seq)");
  const single = await rate(1000, (i) =>
    client.query({ name: "single", text: "insert into raw_row values ($1, $2, $3)", values: [1, i, bytes] }),
  );
  const text = "insert into raw_row select 2, $1::bigint + n, $2 from generate_series(1, $3::int) as n";
  const statements = await rate(300, (i) => client.query({ name: "grouped", text, values: [i * group, bytes, group] }));
  await client.end();
  return { single, grouped: statements * group };
}

async function rate(count: number, once: (i: number) => Promise<unknown>): Promise<number> {
  // The connection is warm, and the statement prepared.
  for (let i = -20; i < 0; i++) await once(i);
  const began = performance.now();
  for (let i = 0; i < count; i++) await once(i);
  return (count / (performance.now() - began)) * 1000;
}
