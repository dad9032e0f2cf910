import { Connection } from "mysql2";
import { migrateDatabase } from "./migrate-database.ts";

/** Migrates a MariaDB database, and ends, as the power would, before or behind the `at`-th packet that is sent to it. */
export async function work(url: string, directory: string, at: number): Promise<void> {
  let left = at;
  const boundary = (): void => {
    if (--left <= 0) process.kill(process.pid, "SIGKILL");
  };
  type Query = (this: object, options: unknown, done: (...answer: unknown[]) => void) => unknown;
  const connection = Connection.prototype as unknown as { query: Query };
  const { query } = connection;
  connection.query = function (options, done) {
    boundary();
    return query.call(this, options, (...answer) => {
      boundary();
      done?.(...answer);
    });
  };
  await migrateDatabase(url, directory);
}
