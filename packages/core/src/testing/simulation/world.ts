import type { Store } from "../../store/store.ts";
import { Dice } from "../dice.ts";
import { Actor, Scheduler, type TraceLine } from "../scheduler.ts";
import { Auditor } from "./auditor.ts";
import { Coverage } from "./coverage.ts";
import { Fleet } from "./fleet.ts";
import { generatePlan, type Plan } from "./generate.ts";
import { KeyRoom } from "./key-room.ts";
import type { Link } from "./link.ts";
import { Mishaps } from "./mishaps.ts";
import type { Program } from "./program.ts";
import { Provocation } from "./provocation.ts";
import { RecordsBook } from "./record-errands.ts";
import { Witness } from "./witness.ts";

export const namespace = "default";
/** Short, so that a lease expires within a simulated minute. */
export const leaseMs = 3000;

/** One simulated world: a store, what is planned, and what was seen. Processes and people live in it. */
export class World {
  readonly seed: string | number;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly witness = new Witness();
  readonly coverage = new Coverage();
  readonly auditor: Auditor;
  readonly mishaps: Mishaps;
  readonly fleet: Fleet;
  readonly provocation: Provocation;
  /** What is read here to look at the world, in words: where it is encrypted, with its keys. */
  store: Store;
  /** The store itself, which processes write to. */
  readonly below: Store;
  /** Of an encrypted world. */
  readonly keys: KeyRoom | null;
  /** Where calls travel once they have left their process: no crash takes them back. */
  readonly network = new Actor("network");
  /** The connection whose call the store is carrying out. */
  speaker: Link | null = null;
  /** Some wall clock was wrong at some time: leases may have been taken from processes that still had them. */
  clocksJumped = false;
  /** Runs that were cancelled without their cooperation. */
  readonly forced = new Set<string>();
  readonly suspects: string[] = [];
  /** How many more people answer each approval at the same moment. */
  crowd = 0;
  readonly records = new RecordsBook();
  /** Retention has removed runs: a child may be gone although its parent is not. */
  retained = false;
  /** Epochs of runs at the moments they were retried. */
  private readonly retries = new Map<string, number[]>();
  private readonly waiting = new Map<string, { runId: string; name: string; since: number }>();
  private readonly repaired = new Set<string>();
  private waits = 0;

  constructor(
    seed: string | number,
    store: Store,
    { onTrace, encrypted = false }: { onTrace?: (line: TraceLine) => void; encrypted?: boolean } = {},
  ) {
    this.seed = seed;
    this.below = store;
    this.witness.onViolation = (what) => onTrace?.({ at: this.now, actor: "CHECK", what });
    this.scheduler = new Scheduler(seed, onTrace ? { onTrace } : {});
    this.dice = new Dice(seed, "world");
    this.plan = generatePlan(seed);
    this.auditor = new Auditor(this);
    this.mishaps = new Mishaps(seed);
    this.fleet = new Fleet(this);
    this.provocation = new Provocation(seed);
    this.keys = encrypted ? new KeyRoom(this, store) : null;
    this.store = this.keys?.reader() ?? store;
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** How long a call or its answer travels, in ms. */
  latency(): number {
    return this.dice.chance(0.9) ? this.dice.below(3) : this.dice.between(3, 15);
  }

  program(id: string): Program {
    const program = this.plan.programs.get(id);
    if (!program) throw new Error(`no program ${id}`);
    return program;
  }

  violation(text: string): void {
    this.witness.violation(text);
  }

  /** A chain looked broken while its run was at work: a reader may have seen the row before its entries. */
  suspect(runId: string, what: string): void {
    this.scheduler.note("people", `suspect ${runId.split(".")[0]}`);
    this.suspects.push(`${runId}: ${what}`);
  }

  /** How often a run was retried after it had failed, as far as a claim of this epoch knows. */
  roundOf(run: { id: string; generation: number }, epoch = Number.POSITIVE_INFINITY): number {
    return this.retries.get(`${run.id}.${run.generation}`)?.filter((then) => then < epoch).length ?? 0;
  }

  retried(run: { id: string; generation: number }, epoch: number): void {
    const name = `${run.id}.${run.generation}`;
    this.retries.set(name, [...(this.retries.get(name) ?? []), epoch]);
  }

  /** Notes that a run waits for a message, as long as it does. */
  async awaiting<T>(runId: string, name: string, wait: () => Promise<T>): Promise<T> {
    const id = `${runId} ${name} ${++this.waits}`;
    this.waiting.set(id, { runId, name, since: this.now });
    try {
      return await wait();
    } finally {
      this.waiting.delete(id);
    }
  }

  /** Messages some coroutine waits for; the coroutine may be dead. */
  waitedFor(): { runId: string; name: string; since: number }[] {
    return [...this.waiting.values()];
  }

  isBroken(step: string): boolean {
    return !this.repaired.has(step);
  }

  repair(step: string): void {
    this.repaired.add(step);
  }
}
