import { createEngine, type Engine } from "../../engine/engine.ts";
import type { EngineLog } from "../../engine/options.ts";
import type { Store } from "../../store/store.ts";
import { Actor } from "../scheduler.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { workflowsOf } from "./interpret.ts";
import { Link } from "./link.ts";
import { directory } from "./panel.ts";
import type { Coroutine, Effect } from "./witness.ts";
import { leaseMs, type World } from "./world.ts";

export interface ProcessOptions {
  name: string;
  pid: number;
  host: string;
  /** Whether it has the workflows. */
  author: boolean;
  /** Whether processes die, freeze and lose their leases here; people's own processes do not. */
  mortal: boolean;
  isAlive: (pid: number) => boolean;
}

const silent = (): void => {};

/** One process of the simulated world: an engine with its own clock and its own connection to the store. */
export class SimulatedProcess {
  readonly name: string;
  readonly pid: number;
  readonly mortal: boolean;
  readonly actor: Actor;
  readonly clock: VirtualClock;
  readonly link: Link;
  /** What it works with: its connection, encrypted where the world is. */
  readonly store: Store;
  readonly engine: Engine;
  /** Worker registrations it ever made. */
  readonly incarnations = new Set<string>();
  /** True time until which its worker may start effects. */
  leaseEnds = 0;
  /** Epoch of the last claim of each run, by id and generation. */
  readonly claims = new Map<string, number>();
  /** How many parked coroutines it keeps. */
  readonly residence: number;
  /** Rejects when the process crashes. */
  readonly crashed: Promise<never>;
  private readonly world: World;
  private onCrash!: (error: Error) => void;

  constructor(world: World, options: ProcessOptions) {
    const { name, pid, host } = options;
    this.world = world;
    this.name = name;
    this.pid = pid;
    this.mortal = options.mortal;
    this.actor = new Actor(name);
    this.crashed = new Promise<never>((_, reject) => {
      this.onCrash = reject;
    });
    this.crashed.catch(silent);
    const { dice } = world;
    this.clock = new VirtualClock(
      world.scheduler,
      this.actor,
      world.seed,
      options.mortal ? dice.between(-200, 200) : 0,
    );
    this.residence = dice.pick([0, 1, 1000, 1000]);
    this.link = new Link(world, this);
    this.store = world.keys?.storeOf(this, this.link.store) ?? this.link.store;
    this.engine = createEngine({
      store: this.store,
      workflows: options.author ? workflowsOf(world, this) : [],
      clock: this.clock,
      process: { host, bootId: "boot", pid, isAlive: options.isAlive },
      directory,
      lease: leaseMs,
      drainTimeout: 500,
      determinism: "off",
      retention: { runs: 300 },
      limits: { inline: dice.chance(0.5) ? 150 : 32_768 },
      residence: { count: this.residence },
      log: this.log(),
    });
  }

  /** Its process is killed: nothing of it happens any more. */
  crash(): void {
    this.actor.gone = true;
    this.link.cut();
    this.onCrash(new Error(`${this.name} crashed`));
  }

  sleep(ms: number): Promise<void> {
    return this.clock.sleep(ms);
  }

  /** Epoch of this process's last claim of a run; infinite for one that only reads. */
  epochOf(run: { id: string; generation: number }): number {
    return this.claims.get(`${run.id}.${run.generation}`) ?? Number.POSITIVE_INFINITY;
  }

  coroutineOf(run: { id: string; generation: number; attempt: number }, round: number): Coroutine {
    const epoch = this.claims.get(`${run.id}.${run.generation}`) ?? 0;
    return this.world.witness.coroutine(run, round, `${this.name}@${epoch}`, () => this.world.roundOf(run));
  }

  /** A step's function begins: the outside world holds it against what it knows. */
  beginEffect(effect: Omit<Effect, "token" | "ended" | "process" | "epoch" | "at">): Effect {
    const { world } = this;
    const epoch = this.claims.get(`${effect.runId}.${effect.generation}`) ?? 0;
    const where = `${effect.runId}.${effect.generation}/${effect.key} attempt ${effect.attempt} on ${this.name}`;
    if (this.actor.gone) world.violation(`${where}: an effect of a dead process`);
    if (world.now >= this.leaseEnds) world.violation(`${where}: an effect began without a lease`);
    const round = effect.round === 0 ? "" : `~${effect.round}`;
    const recorded = (phase: string): boolean =>
      world.auditor.isRecorded(effect.runId, effect.generation, effect.key, phase + round);
    const claims = world.auditor.claimsOf(effect.runId, effect.generation);
    const owns = claims.at(-1)?.epoch === epoch;
    if (owns && (recorded("settled") || recorded(`attempt:${effect.attempt}`)))
      world.violation(`${where}: executed again although it was recorded`);
    for (const earlier of world.witness.executions(effect)) {
      if (earlier.attempt !== effect.attempt || earlier.round !== effect.round) continue;
      if (earlier.epoch > epoch) {
        // Only clocks that disagree can give a run away before its owner's own clock says that the lease is over.
        if (!world.clocksJumped && this.leaseEnds - world.now > 500)
          world.violation(`${where}: executed although ${earlier.process} had taken the run over`);
        continue;
      }
      if (earlier.epoch === epoch && earlier.process === this.name)
        world.violation(`${where}: executed twice under one claim`);
      const claim = claims.find((one) => one.epoch === earlier.epoch);
      if (claim?.ended === "given back")
        world.violation(`${where}: executed again although ${earlier.process} had given the run back in peace`);
    }
    return world.witness.addEffect({ ...effect, process: this.name, epoch, at: world.now });
  }

  private log(): EngineLog {
    const { scheduler } = this.world;
    const line =
      (level: string) =>
      (_fields: Record<string, unknown>, message: string): void =>
        scheduler.note(this.name, `${level}: ${message.replaceAll(/[\w-]{12,}/g, "…")}`);
    return { debug: silent, info: silent, warn: line("warn"), error: line("error") };
  }
}
