import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createEngine, type Engine, type RunStatus } from "@holdpoint/core";
import { sqlite } from "../src/index.ts";
import { type Account, settleAccount } from "./account.ts";
import { Ledger } from "./ledger.ts";
import { type Program, startProgram } from "./program.ts";
import { dangerous, stubborn, work } from "./programs/workflows.ts";

export interface WorkerOptions {
  concurrency?: number;
  lease?: string;
  broken?: number;
}

/**
 * A database, the ledger beside it, and this process, which starts runs, decides and looks, but executes nothing:
 * that is done by workers, each a process of its own.
 */
export class Office {
  readonly database: string;
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly #fault: string;

  constructor(directory: string, name: string) {
    this.database = join(directory, `${name}.db`);
    this.ledger = new Ledger(join(directory, `${name}.jsonl`));
    this.#fault = join(directory, `${name}.fault`);
    this.engine = createEngine({
      store: sqlite(this.database),
      workflows: [work(this.ledger), dangerous(this.ledger, ""), stubborn(this.ledger)],
    });
  }

  /** Starts a worker, and waits until it works. */
  async worker(options: WorkerOptions = {}): Promise<Program> {
    const { database, ledger } = this;
    const program = startProgram("worker", {
      concurrency: 50,
      ...options,
      database,
      ledger: ledger.path,
      fault: this.#fault,
    });
    await program.ready();
    return program;
  }

  async start(workflow: string, input: unknown, id: string): Promise<void> {
    await this.engine.run(workflow, input as never, { id });
    this.ledger.note("started", { run: id });
  }

  /** Makes the workflow "dangerous" so, or harmless; shuts the gate of gated work, or opens it. */
  set danger(on: boolean) {
    if (on) writeFileSync(this.#fault, "");
    else rmSync(this.#fault, { force: true });
  }

  /** Starts many at once. */
  async startMany(count: number, input: { kind: string; pace: [number, number] }): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, i) => `r${i}`);
    await Promise.all(ids.map((id) => this.start("work", input, id)));
    return ids;
  }

  /** SIGKILL, noted before it comes. */
  async kill(worker: Program): Promise<void> {
    this.ledger.note("cut", { pid: worker.pid });
    worker.kill("SIGKILL");
    await worker.ended;
  }

  status(run: string): Promise<RunStatus> {
    return this.engine.get(run).then((handle) => handle.status());
  }

  async rests(run: string): Promise<RunStatus> {
    return until(async () => {
      const status = await this.status(run);
      return status === "ready" || status === "running" || status === "parked" ? null : status;
    });
  }

  account(): Promise<Account> {
    return settleAccount(this.engine, this.ledger);
  }
}

/** Asks again until there is an answer. */
export async function until<T>(ask: () => T | null | false | Promise<T | null | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    await delay(10);
  }
}
