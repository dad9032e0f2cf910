import { memoryStore } from "../store/index.ts";
import type { Store } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { EngineLog, EngineOptions } from "./options.ts";

export const disciplines = ["normal", "park", "crash"] as const;
export type Discipline = (typeof disciplines)[number];

const silent = (): void => {};
export const quietLog: EngineLog = { debug: silent, info: silent, warn: silent, error: silent };

const given = (): (() => Store) | undefined =>
  Reflect.get(globalThis, Symbol.for("holdpoint.storeUnderTest")) as (() => Store) | undefined;

/** Whether another package runs these tests on its own store, and has left a factory here. */
export const isStoreGiven = (): boolean => given() !== undefined;

/** That store, else one in memory. */
export const storeUnderTest = (): Store => given()?.() ?? memoryStore();

/** One store that outlives the engines on it, and what steps did to the world outside. */
export class Deployments {
  readonly store: Store;
  /** One word per effect, in order. */
  readonly effects: string[] = [];
  private engine: Engine | null = null;
  private readonly options: Partial<EngineOptions>;

  constructor(discipline: Discipline = "normal", options: Partial<EngineOptions> = {}) {
    this.store = options.store ?? storeUnderTest();
    this.options = { discipline, log: quietLog, ...options };
  }

  /** Notes an effect and gives `value` back. */
  did<T>(what: string, value: T): T;
  did(what: string): string;
  did(what: string, value: unknown = what): unknown {
    this.effects.push(what);
    return value;
  }

  count(what: string): number {
    return this.effects.filter((one) => one === what).length;
  }

  /**
   * Whether just these effects happened, in this order. With several runs alive a crash at one's commit cuts off a step
   * of another in flight, which is then executed again: with the discipline "crash" each may stand there repeated.
   */
  happened(words: string): boolean {
    const again = this.options.discipline === "crash" ? "+" : "";
    const pattern = words.split(" ").map((word) => `(?:${word} )${again}`);
    return new RegExp(`^${pattern.join("")}$`).test(this.effects.map((one) => `${one} `).join(""));
  }

  /** Takes down what runs and starts these workflows instead. */
  async deploy(workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): Promise<Engine> {
    const engine = await this.only(workflows, options);
    await engine.start();
    return engine;
  }

  /** The same without a worker: for looking and asking. */
  async only(workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): Promise<Engine> {
    await this.stop();
    this.engine = createEngine({ ...this.options, ...options, store: this.store, workflows });
    return this.engine;
  }

  async stop(): Promise<void> {
    await this.engine?.stop();
    this.engine = null;
  }
}

/** Repeats a check until it holds. */
export async function eventually(check: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** Waits for a run to get to a status. */
export async function reaches(engine: Engine, id: string, ...statuses: readonly string[]): Promise<void> {
  const run = await engine.get(id);
  await eventually(async () => {
    const { status, note } = await run.describe();
    if (!statuses.includes(status)) throw new Error(`run ${id} is ${status} (${note}), not ${statuses.join(" or ")}`);
  });
}
