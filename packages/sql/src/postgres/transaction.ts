import type { SqlValue } from "../driver/driver.ts";
import type { Call, Program } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import type { StatementName } from "../statements/statements.ts";
import { unansweredStatements } from "../statements/unanswered.ts";
import type { Connected } from "./connections.ts";
import { isOwnFault, isTaken } from "./errors.ts";
import { readingStatements, writingStatements } from "./statements.ts";

/** PostgreSQL takes no NUL in text, and half of a surrogate pair has no UTF-8. */
export function checkText(text: string): void {
  if (text.includes("\u0000")) throw new Refusal("text with a NUL character cannot be stored");
  if (!text.isWellFormed()) throw new Refusal("text with half of a surrogate pair cannot be stored");
}

/** Sent, and the program goes on before they are answered. */
const unanswered: ReadonlySet<Call["statement"]> = new Set<StatementName>(unansweredStatements);

/** Runs programs on one connection, each statement when the program asks for it. */
export class ProgramRunner {
  readonly #connected: Connected;
  readonly #statements: Record<StatementName, string>;
  readonly #prefix: string;
  #sent: Promise<unknown>[] = [];

  constructor(connected: Connected, mode: "reading" | "writing") {
    this.#connected = connected;
    this.#statements = mode === "reading" ? readingStatements : writingStatements;
    this.#prefix = mode === "reading" ? "r_" : "w_";
  }

  async run<T>(program: Program<T>): Promise<T> {
    let step = program.next();
    while (step.done !== true) step = program.next(await this.#answer(step.value));
    return step.value;
  }

  /** Sends a statement that is not waited for; the transaction fails when it fails. */
  send(text: string): void {
    this.note(this.#connected.exec(text));
  }

  /** Waits for what was sent; throws the first failure, which is the cause of those behind it. */
  async settle(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    for (const answer of sent) await answer;
  }

  /** Something was sent that is not waited for; the transaction fails when it fails. */
  note(answer: Promise<unknown>): void {
    answer.catch(() => undefined);
    this.#sent.push(answer);
  }

  async #answer({ want, statement, parameters }: Call) {
    for (const parameter of parameters) if (typeof parameter === "string") checkText(parameter);
    const answer = this.#connected.query({ ...this.#text(statement), values: parameters });
    if (unanswered.has(statement)) {
      this.note(answer);
      return 1;
    }
    try {
      const { rows, changes } = await answer;
      if (want === "run") return changes;
      if (want === "get") return rows[0];
      return want === "all" ? rows : rows.map((row): SqlValue[] => Object.values(row));
    } catch (error) {
      // In a transaction that failed before, each statement fails; the first one says why.
      await this.settle();
      throw error;
    }
  }

  #text(statement: Call["statement"]): { name?: string; text: string } {
    if (typeof statement !== "string") return { text: statement.sql };
    return { name: this.#prefix + statement, text: this.#statements[statement] };
  }
}

/** Runs `work` in one transaction; undone when it throws. */
export async function inTransaction<T>(connected: Connected, work: (runner: ProgramRunner) => Promise<T>): Promise<T> {
  const runner = new ProgramRunner(connected, "writing");
  runner.send("begin");
  try {
    const result = await work(runner);
    // In a failed transaction `commit` rolls back, so it need not wait for the answers before it.
    runner.send("commit");
    await runner.settle();
    return result;
  } catch (error) {
    await connected.exec("rollback").catch(() => undefined);
    throw error;
  }
}

/**
 * Runs `work` so that it alone is undone when it cannot be written. What another transaction inserted meanwhile is found
 * when it is run once more.
 */
export async function attempt<T>(runner: ProgramRunner, work: () => Promise<T>): Promise<T | Refusal> {
  for (let again = true; ; again = false) {
    runner.send("savepoint operation");
    try {
      const result = await work();
      runner.send("release operation");
      await runner.settle();
      return result;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      await runner.settle().catch(() => undefined);
      runner.send("rollback to operation");
      runner.send("release operation");
      await runner.settle();
      if (again && isTaken(error)) continue;
      return error instanceof Refusal ? error : new Refusal(error instanceof Error ? error.message : String(error));
    }
  }
}
