import { randomBytes } from "node:crypto";
import type { WorkerSettings } from "./worker.ts";

/** One worker's standing in the store: under which name it lives there, and until when. */
export class Lease {
  private readonly settings: WorkerSettings;
  incarnation = "";
  private ends = 0;

  constructor(settings: WorkerSettings) {
    this.settings = settings;
  }

  /** Asked before each effect, on the clock that never jumps. */
  held(): boolean {
    return this.settings.clock.monotonic() < this.ends;
  }

  async register(): Promise<void> {
    const { store, namespace, clock, leaseMs, process, registry } = this.settings;
    this.incarnation = randomBytes(9).toString("base64url");
    const asked = clock.monotonic();
    await store.register(namespace, {
      incarnation: this.incarnation,
      host: process.host,
      bootId: process.bootId,
      pid: process.pid,
      leaseUntil: clock.now() + leaseMs,
      capabilities: registry.capabilities(),
    });
    this.ends = asked + leaseMs;
  }

  /** False when it was lost before. */
  async renew(): Promise<boolean> {
    const { store, namespace, clock, leaseMs } = this.settings;
    const asked = clock.monotonic();
    const held = await store.renew(namespace, this.incarnation, clock.now(), clock.now() + leaseMs);
    if (held) this.ends = asked + leaseMs;
    return held;
  }

  /** Owners on this host and boot whose process is gone are dead at once; the others when their lease has passed. Says how many runs were freed. */
  async takeOverDead(): Promise<number> {
    const { store, namespace, clock, process } = this.settings;
    const workers = await store.workers(namespace);
    const dead = workers.filter(
      (worker) =>
        worker.incarnation !== this.incarnation &&
        worker.host === process.host &&
        worker.bootId === process.bootId &&
        !process.isAlive(worker.pid),
    );
    const now = clock.now();
    if (dead.length === 0 && workers.every((worker) => worker.leaseUntil > now)) return 0;
    return store.takeOver(namespace, { now, dead: dead.map((worker) => worker.incarnation) });
  }
}
