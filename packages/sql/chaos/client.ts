import { setTimeout as delay } from "node:timers/promises";
import {
  createEngine,
  type Engine,
  type Hold,
  HoldConflictError,
  HoldpointError,
  NotFoundError,
  type Store,
} from "@holdpoint/core";
import type { Ledger } from "../crash/ledger.ts";
import { chaosWorkflows, type Load } from "./programs/workflows.ts";

const kinds: [kind: string, share: number][] = [
  ["steps", 22],
  ["held", 18],
  ["paid", 10],
  ["family", 10],
  ["timed", 12],
  ["order", 12],
  ["messages", 8],
  ["chain", 8],
];

/** The application and its people: starts runs, decides, sends messages, cancels. Executes nothing. */
export class Client {
  readonly engine: Engine;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  readonly #slow: number;
  readonly #work = new Set<Promise<void>>();
  readonly #deciding = new Set<string>();
  #started = 0;

  /** @param slow which share of the steps takes as long as a lease */
  constructor(store: Store, ledger: Ledger, random: () => number, slow: number) {
    this.#slow = slow;
    this.#ledger = ledger;
    this.#random = random;
    const quiet = (): void => undefined;
    this.engine = createEngine({
      store,
      workflows: chaosWorkflows(ledger),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
  }

  /** Runs whose start was acknowledged. */
  get started(): number {
    return this.#started;
  }

  /** Starts so many runs of any kind, and whatever else they need is on its way. */
  async startSome(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => this.#start(this.#started + i)));
    this.#started += count;
  }

  /** Decides what waits, until it is told to end. */
  async decideEverything(goOn: () => boolean): Promise<void> {
    while (goOn()) {
      const { items } = await insist(() => this.engine.holds({ status: ["open"] }, { limit: 200 }));
      for (const hold of items) {
        if (this.#deciding.has(hold.id)) continue;
        this.#deciding.add(hold.id);
        this.#later(this.#decide(hold).finally(() => this.#deciding.delete(hold.id)));
      }
      await delay(150);
    }
  }

  /** Waits for what is on its way. */
  async settle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #later(work: Promise<void>): void {
    const own = work.finally(() => this.#work.delete(own));
    this.#work.add(own);
  }

  async #start(n: number): Promise<void> {
    const random = this.#random;
    const kind = this.#kind();
    const load: Partial<Load> = {
      // Some steps take as long as a lease: they are in flight when something happens to their worker.
      pace: Array.from({ length: 5 }, () => Math.round(random() < this.#slow ? 500 + random() * 3000 : random() * 25)),
      fails: random() < (kind === "order" ? 0.5 : 0.3),
      sleeps: Math.round(random() < 0.8 ? random() * 1500 : random() * 6000),
      left: kind === "chain" ? Math.floor(random() * 4) : 0,
      asks: random() < 0.5,
    };
    const id = `${kind}-${n}`;
    const narrow = random() < 0.1;
    await insist(() => this.engine.run(kind, load as never, { id, ...(narrow ? { queue: "narrow" } : {}) }));
    this.#ledger.note("started", { run: id, token: String(load.fails) });
    if (kind === "messages") for (const name of ["second", "first"]) this.#later(this.#send(id, name));
    if (kind === "family" && random() < 0.1) this.#later(this.#cancel(id));
  }

  #kind(): string {
    let at = this.#random() * 100;
    for (const [kind, share] of kinds) {
      at -= share;
      if (at < 0) return kind;
    }
    return "steps";
  }

  /** The same message twice: the second one counts for nothing. */
  async #send(id: string, name: string): Promise<void> {
    await delay(this.#random() * 2000);
    const token = `${name} for ${id}`;
    for (let i = 0; i < 2; i++) {
      await insist(async () => (await this.engine.get(id)).signal(name, { token }, { dedupe: name }));
    }
  }

  async #cancel(id: string): Promise<void> {
    await delay(this.#random() * 1500);
    this.#ledger.note("cancelling", { run: id });
    await insist(async () => (await this.engine.get(id)).cancel("not wanted any more")).catch(() => undefined);
  }

  /** Sometimes two people answer differently at once: one of them wins, and the other is told. */
  async #decide(hold: Hold): Promise<void> {
    const random = this.#random;
    await delay(random() < 0.5 ? 0 : random() * 2500);
    const people = random() < 0.2 ? ["ana", "ben"] : ["ana"];
    await Promise.all(people.map((by) => this.#answer(hold, by)));
  }

  async #answer(hold: Hold, by: string): Promise<void> {
    const token = `${by} on ${hold.id}`;
    const answer = hold.origin === "operator" ? { action: "retry" } : { token };
    try {
      await insist(() => this.engine.decide(hold, answer, { by }));
      this.#ledger.note(hold.origin === "operator" ? "rescued" : "decided", { run: hold.runId, step: hold.key, token });
    } catch (error) {
      // Decided by the other one, or withdrawn with its run.
      if (!(error instanceof HoldConflictError || error instanceof NotFoundError)) throw error;
      this.#ledger.note("refused", { run: hold.runId, step: hold.key, token });
    }
  }
}

/** Does it again while the store fails: what the first try may have done, the next one finds. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof HoldpointError && error.code === "STORE";
      if (!passes || tries > 600) throw error;
      await delay(50 + Math.random() * 150);
    }
  }
}
