import { StoreError } from "../../errors.ts";
import type { ClaimResult, OperationResult, RunPk, Store, StoreSignal, WorkerRow } from "../../store/store.ts";
import { pointsOf } from "../faults.ts";
import { type StoreCall, wrapStore } from "../store-calls.ts";
import type { SimulatedFault } from "./coverage.ts";
import type { SimulatedProcess } from "./process.ts";
import { leaseMs, type World } from "./world.ts";

/** What goes wrong with one call, and whether before or after it was carried out. */
export interface Mishap {
  fault: SimulatedFault;
  late: boolean;
  /** For a delay. */
  ms: number;
}

/** A process's connection to the store: calls travel, are carried out, and their answers travel back. */
export class Link {
  readonly store: Store;
  /** Calls do not get through before this time. */
  blockedUntil = 0;
  private readonly world: World;
  private readonly process: SimulatedProcess;
  private unwatch: (() => void)[] = [];
  private foreignPending = false;
  /** Runs whose parked coroutine this process keeps, and the epoch they were parked in. */
  private readonly cached = new Map<RunPk, number>();

  constructor(world: World, process: SimulatedProcess) {
    this.world = world;
    this.process = process;
    const wrapped = wrapStore(world.below, (call, proceed) => this.call(call, proceed));
    this.store = {
      ...wrapped,
      shared: true,
      open: () => Promise.resolve(),
      close: () => Promise.resolve(),
      watch: (namespace, listener) => this.watch(namespace, listener),
      register: (namespace, worker) => this.register(namespace, worker, wrapped),
      renew: (namespace, incarnation, now, leaseUntil) => this.renew(namespace, incarnation, now, leaseUntil, wrapped),
    };
  }

  /** The process is gone: its connection hears nothing any more. */
  cut(): void {
    for (const stop of this.unwatch.splice(0)) stop();
  }

  private async register(namespace: string, worker: WorkerRow, wrapped: Store): Promise<void> {
    this.process.incarnations.add(worker.incarnation);
    const asked = this.world.now;
    await wrapped.register(namespace, worker);
    this.process.leaseEnds = asked + leaseMs;
  }

  private async renew(
    namespace: string,
    incarnation: string,
    now: number,
    leaseUntil: number,
    wrapped: Store,
  ): Promise<boolean> {
    const asked = this.world.now;
    const held = await wrapped.renew(namespace, incarnation, now, leaseUntil);
    if (held) this.process.leaseEnds = asked + leaseMs;
    return held;
  }

  private call<T>(call: StoreCall, proceed: () => Promise<T>): Promise<T> {
    const { world, process } = this;
    const points = pointsOf(call);
    const label = points.join("+");
    world.coverage.called(points);
    const mishap = world.mishaps.decide(points, process);
    if (mishap) {
      for (const point of points) world.coverage.hit([point], mishap.fault);
      world.scheduler.note(process.name, `${mishap.fault}${mishap.late ? " after" : " before"} ${label}`);
    }
    return new Promise<T>((resolve, reject) => {
      const fail = (why: string, latency: number): void => {
        world.scheduler.post(process.actor, `${label} fails`, latency, () =>
          reject(world.dice.chance(0.5) ? new StoreError(why) : new Error(why)),
        );
      };
      const carryOut = async (): Promise<void> => {
        if (mishap && !mishap.late && this.strikes(mishap)) return;
        if (mishap?.fault === "errorBefore") return fail("connection refused", world.latency());
        let result: T;
        try {
          result = await this.apply(call, proceed);
          if (mishap?.fault === "duplicate") result = await this.apply(call, proceed);
        } catch (error) {
          world.scheduler.post(process.actor, `${label} throws`, world.latency(), () => reject(error));
          return;
        }
        if (mishap?.late && this.strikes(mishap)) return;
        if (mishap?.fault === "errorAfter") return fail("connection reset", world.latency());
        const slow = mishap?.fault === "delay" && mishap.late ? mishap.ms : 0;
        world.scheduler.post(process.actor, `${label} answered`, world.latency() + slow, () => {
          this.answered(call, result);
          resolve(result);
        });
      };
      const blocked = this.blockedUntil - world.now;
      if (blocked > 0 && world.dice.chance(0.5)) return fail("connection timed out", Math.min(blocked, 300));
      const slow =
        (mishap?.fault === "delay" && !mishap.late ? mishap.ms : 0) + world.provocation.holdUp(call.operations);
      // Sent already, or still in the process's own hands: a crash or a freeze takes back only the latter.
      const actor = world.dice.chance(0.5) ? world.network : process.actor;
      world.scheduler.post(actor, `${process.name}: ${label}`, Math.max(0, blocked) + world.latency() + slow, carryOut);
    });
  }

  /** What befalls the process in the middle of a call; true when the call ends with that. */
  private strikes({ fault }: Mishap): boolean {
    const { process, world } = this;
    if (process.actor.gone) return false;
    switch (fault) {
      case "crash":
        world.fleet.crash(process);
        return true;
      case "freeze":
        world.fleet.freeze(process);
        return false;
      case "leaseExpiry":
        this.blockedUntil = world.now + leaseMs + 500;
        return false;
      case "clockJump":
        world.fleet.jump(process);
        return false;
      default:
        return false;
    }
  }

  private async apply<T>(call: StoreCall, proceed: () => Promise<T>): Promise<T> {
    const { world, process } = this;
    if (call.method === "commit") {
      const before = await world.auditor.before(call.operations);
      const results = await this.speaking(proceed);
      world.auditor.applied(process, call.operations, before, results as readonly OperationResult[]);
      return results;
    }
    if (call.method === "takeOver") return world.fleet.watchTakeOver(process, () => this.speaking(proceed));
    const result = await this.speaking(proceed);
    if (call.method === "claim") world.auditor.claimed(process, result as ClaimResult);
    return result;
  }

  /** While a call is carried out, what the store announces comes from this connection. */
  private async speaking<T>(proceed: () => Promise<T>): Promise<T> {
    this.world.speaker = this;
    try {
      return await proceed();
    } finally {
      this.world.speaker = null;
    }
  }

  /** The process learns of a claim only with its answer. */
  private answered(call: StoreCall, result: unknown): void {
    const { process, world } = this;
    if (call.method === "commit") {
      call.operations.forEach((operation, i) => {
        if (operation.type !== "advance" || operation.then.type !== "park" || process.residence === 0) return;
        if ((result as OperationResult[])[i]?.type === "advanced") this.cached.set(operation.pk, operation.epoch);
      });
    }
    if (call.method !== "claim") return;
    for (const { pk, id, generation, epoch } of (result as ClaimResult).runs) {
      const cached = this.cached.get(pk);
      if (cached !== undefined && epoch > cached + 1) world.coverage.met("stale cached coroutine");
      this.cached.delete(pk);
      process.claims.set(`${id}.${generation}`, epoch);
    }
  }

  /** Own changes are heard at once; those of others late, or never: polling is the backstop. */
  private watch(namespace: string, listener: (signal: StoreSignal) => void): () => void {
    const { world, process } = this;
    const stop = world.below.watch(namespace, (signal) => {
      if (process.actor.gone) return;
      if (world.speaker === this) {
        world.scheduler.post(process.actor, `hears ${signal.type}`, 0, () => listener(signal));
        return;
      }
      if (this.foreignPending || world.dice.chance(0.3)) return;
      this.foreignPending = true;
      world.scheduler.post(process.actor, "hears of others", 1 + world.latency() * 3, () => {
        this.foreignPending = false;
        listener({ type: "foreign" });
      });
    });
    this.unwatch.push(stop);
    return stop;
  }
}
