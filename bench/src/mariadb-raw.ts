import { createConnection } from "mysql2/promise";
import { type RawRates, rawBytes, rawGroup, rawRate } from "./raw-rows.ts";

/** The yardsticks on MariaDB. */
export async function mariadbRates(url: string): Promise<RawRates> {
  const connection = await createConnection(url);
  await connection.query("create database if not exists raw");
  await connection.query("use raw");
  await connection.query("drop table if exists raw_row");
  await connection.query(
    "create table raw_row (pk bigint not null, seq bigint not null, bytes varbinary(130) not null, primary key (pk, seq))",
  );
  const single = await rawRate(1000, (i) =>
    connection.execute("insert into raw_row values (?, ?, ?)", [1, i, rawBytes]),
  );
  const text = `insert into raw_row values ${new Array(rawGroup).fill("(2, ?, ?)").join(", ")}`;
  const statements = await rawRate(300, (i) =>
    connection.execute(text, Array.from({ length: rawGroup }, (_, n) => [i * rawGroup + n, rawBytes]).flat()),
  );
  await connection.end();
  return { single, grouped: statements * rawGroup };
}
