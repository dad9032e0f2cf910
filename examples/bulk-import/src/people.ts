import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";

/** A row of the file. */
export interface Person {
  id: number;
  name: string;
  mail: string;
}

/** Writes a file of so many rows, and a line that is none in the place of every `broken`th. */
export async function makePeople(file: string, count: number, broken = 0): Promise<void> {
  const stream = createWriteStream(file);
  for (let id = 1; id <= count; id++) {
    const line = broken > 0 && id % broken === 0 ? "not a row" : `${id},Person ${id},person-${id}@example.com`;
    if (!stream.write(`${line}\n`)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}

/** The file's lines, as they are read. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    input.destroy();
  }
}

/** A line as a row. Throws when it is none. */
export function personOf(line: string): Person {
  const [id, name, mail] = line.split(",");
  if (!Number.isInteger(Number(id)) || !name || !mail) throw new Error(`"${line}" is no person`);
  return { id: Number(id), name, mail };
}

/** The table that the rows go to. */
export class PeopleTable {
  private readonly database: DatabaseSync;

  constructor(path: string) {
    this.database = new DatabaseSync(path);
    this.database.exec(
      "create table if not exists person (id integer primary key, name text, mail text); create table if not exists written (first integer)",
    );
  }

  /** All of them or none; `first` is noted, so that it can be seen what was written twice. */
  write(first: number, people: readonly Person[]): void {
    const insert = this.database.prepare("insert or replace into person (id, name, mail) values (?, ?, ?)");
    this.database.exec("begin immediate");
    try {
      for (const { id, name, mail } of people) insert.run(id, name, mail);
      this.database.prepare("insert into written (first) values (?)").run(first);
      this.database.exec("commit");
    } catch (error) {
      this.database.exec("rollback");
      throw error;
    }
  }

  /** How many rows there are, and how many batches were written how often. */
  count(): { people: number; batches: number; writes: number } {
    const number = (sql: string): number => Number(Object.values(this.database.prepare(sql).get() ?? {})[0]);
    return {
      people: number("select count(*) from person"),
      batches: number("select count(distinct first) from written"),
      writes: number("select count(*) from written"),
    };
  }

  close(): void {
    this.database.close();
  }
}
