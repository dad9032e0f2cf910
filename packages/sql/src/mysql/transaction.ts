import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Call, Program } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import type { StatementName } from "../statements/statements.ts";
import { unansweredStatements } from "../statements/unanswered.ts";
import type { MysqlConnected } from "./connections.ts";
import { isOwnFault, isTaken } from "./errors.ts";
import { fill, type Template, templateOf } from "./literal.ts";
import { givingKey, readingStatements, writingStatements } from "./statements.ts";

/** Sent together with the next statement whose answer is wanted. */
const unanswered: ReadonlySet<Call["statement"]> = new Set<StatementName>([
  ...unansweredStatements,
  "give",
  "extend",
  "removeWorker",
  "removeLapsed",
  "bury",
  "nameHolds",
  "removeEntries",
  "removeMail",
  "removeChunks",
  "removeStream",
  "removeLabels",
  "removeRun",
  "removeHoldEvents",
  "eraseEntry",
  "eraseMail",
  "eraseSalts",
  "eraseHolds",
  "eraseHoldEvent",
  "eraseProgress",
  "removeFirings",
  "insertFiring",
  "updateFiring",
  "eraseRun",
]);

/** Runs programs on one connection; what can wait for the next question goes with it in one round trip. */
export class MysqlProgramRunner {
  readonly #connected: MysqlConnected;
  readonly #statements: Record<StatementName, Template>;
  #pending: string[] = [];
  #size = 0;

  constructor(connected: MysqlConnected, mode: "reading" | "writing") {
    this.#connected = connected;
    this.#statements = mode === "reading" ? readingStatements : writingStatements;
  }

  async run<T>(program: Program<T>): Promise<T> {
    let step = program.next();
    while (step.done !== true) step = program.next(await this.#answer(step.value));
    return step.value;
  }

  /** A statement that goes with the next one that is waited for; the transaction fails when it fails. */
  async send(statement: string): Promise<void> {
    const bytes = this.#measure(statement);
    if (this.#size + bytes > this.#connected.room) await this.settle();
    this.#pending.push(statement);
    this.#size += bytes;
  }

  /** Runs what waits, and this statement; gives its rows. */
  async rows(statement: string): Promise<SqlRow[]> {
    return (await this.#ask(statement)).rows;
  }

  /** Runs what waits, and these statements; gives the rows of each. */
  async ask(statements: readonly string[]): Promise<SqlRow[][]> {
    const before = this.#pending;
    this.forget();
    const answers = await this.#connected.script([...before, ...statements]);
    return answers.slice(before.length).map(({ rows }) => rows);
  }

  /** Runs what waits. */
  async settle(): Promise<void> {
    const statements = this.#pending;
    this.forget();
    if (statements.length > 0) await this.#connected.script(statements);
  }

  /** Drops what waits, because the transaction is undone. */
  forget(): void {
    this.#pending = [];
    this.#size = 0;
  }

  #measure(statement: string): number {
    // No letter has more than three bytes: most texts need not be counted.
    const most = statement.length * 3 + 2;
    const bytes = most < this.#connected.room / 8 ? most : Buffer.byteLength(statement) + 2;
    if (bytes > this.#connected.room) {
      throw new Refusal(`larger than a statement of this server may be (max_allowed_packet): ${bytes} bytes`);
    }
    return bytes;
  }

  async #ask(statement: string) {
    await this.send(statement);
    const statements = this.#pending;
    this.forget();
    const answer = (await this.#connected.script(statements)).at(-1);
    if (answer === undefined) throw new TypeError("the server gave no answer");
    return answer;
  }

  async #answer({ want, statement, parameters }: Call) {
    const template = typeof statement === "string" ? this.#statements[statement] : templateOf(statement.sql);
    const text = fill(template, parameters);
    if (unanswered.has(statement)) {
      await this.send(text);
      return 1;
    }
    const { rows, changes, insertId } = await this.#ask(text);
    if (want === "run") return changes;
    if (want === "get") return typeof statement === "string" && givingKey.has(statement) ? { pk: insertId } : rows[0];
    return want === "all" ? rows : rows.map((row): SqlValue[] => Object.values(row));
  }
}

/** Runs `work` in one transaction; undone when it throws. */
export async function inTransaction<T>(
  connected: MysqlConnected,
  work: (runner: MysqlProgramRunner) => Promise<T>,
): Promise<T> {
  const runner = new MysqlProgramRunner(connected, "writing");
  await runner.send("start transaction");
  try {
    const result = await work(runner);
    await runner.send("commit");
    await runner.settle();
    return result;
  } catch (error) {
    await connected.script(["rollback"]).catch(() => undefined);
    throw error;
  }
}

/**
 * Runs `work` so that it alone is undone when it cannot be written. What another transaction inserted meanwhile is found
 * when it is run once more.
 */
export async function attempt<T>(runner: MysqlProgramRunner, work: () => Promise<T>): Promise<T | Refusal> {
  for (let again = true; ; again = false) {
    await runner.send("savepoint operation");
    // Before anything that may fail: without it there is nothing to go back to.
    await runner.settle();
    try {
      const result = await work();
      await runner.send("release savepoint operation");
      await runner.settle();
      return result;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      runner.forget();
      await runner.send("rollback to savepoint operation");
      await runner.send("release savepoint operation");
      await runner.settle();
      if (again && isTaken(error)) continue;
      return error instanceof Refusal ? error : new Refusal(error instanceof Error ? error.message : String(error));
    }
  }
}
