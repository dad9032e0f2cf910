import { SimulatedProcess } from "./process.ts";
import { leaseMs, namespace, type World } from "./world.ts";

/** The worker processes of a world: what happens to them, and that there are always three. */
export class Fleet {
  /** One process for each machine; a crashed one is replaced. */
  readonly workers: SimulatedProcess[] = [];
  private readonly alive = new Set<number>();
  private readonly world: World;
  private pids = 100;

  constructor(world: World) {
    this.world = world;
  }

  /** A process that never works and never dies: people reach the engine through it. */
  counter(name: string, author: boolean): SimulatedProcess {
    return new SimulatedProcess(this.world, {
      name,
      pid: ++this.pids,
      host: "counter",
      author,
      mortal: false,
      isAlive: () => true,
    });
  }

  launch(machine: number): void {
    const pid = ++this.pids;
    this.alive.add(pid);
    const process = new SimulatedProcess(this.world, {
      name: `w${machine + 1}.${pid}`,
      pid,
      host: machine < 2 ? "shared host" : "other host",
      author: true,
      mortal: true,
      isAlive: (other) => this.alive.has(other),
    });
    this.workers[machine] = process;
    process.engine.start().catch(() => {
      // What a supervisor does with a process that does not come up.
      if (!process.actor.gone) this.crash(process);
    });
  }

  crash(process: SimulatedProcess): void {
    if (process.actor.gone) return;
    this.world.scheduler.note(process.name, "crashes");
    this.alive.delete(process.pid);
    process.crash();
    this.replace(process, this.world.dice.between(10, 2500));
  }

  /** The process stops in the middle of everything, and goes on later with all it had in memory. */
  freeze(process: SimulatedProcess): void {
    const { scheduler, dice, network } = this.world;
    if (process.actor.frozen) return;
    process.actor.frozen = true;
    const ms = Math.round(leaseMs * dice.pick([0.2, 0.9, 1.2, 2]));
    scheduler.note(process.name, `freezes for ${ms} ms`);
    scheduler.post(network, `${process.name} thaws`, ms, () => scheduler.thaw(process.actor));
  }

  /** Its wall clock is wrong for a while. */
  jump(process: SimulatedProcess): void {
    const { scheduler, dice, network } = this.world;
    const { clock } = process;
    const ms = Math.round(leaseMs * dice.pick([-2, -0.7, 0.7, 2]));
    scheduler.note(process.name, `clock jumps by ${ms} ms`);
    this.world.clocksJumped = true;
    clock.skew += ms;
    scheduler.post(network, `clock of ${process.name} is set right`, dice.between(500, 4000), () => {
      clock.skew -= ms;
    });
  }

  /** Asks a process to stop as a deploy does, and starts another in its place. */
  async redeploy(machine: number): Promise<void> {
    const process = this.workers[machine];
    if (!process || process.actor.gone || process.actor.frozen) return;
    this.world.scheduler.note(process.name, "is asked to stop");
    await Promise.race([process.engine.stop(), process.crashed]).catch(() => {});
    if (process.actor.gone) return;
    process.actor.gone = true;
    process.link.cut();
    this.alive.delete(process.pid);
    this.replace(process, 10);
  }

  /** Notices when somebody takes over the runs of a worker that is frozen. */
  async watchTakeOver<T>(by: SimulatedProcess, proceed: () => Promise<T>): Promise<T> {
    const { store, coverage } = this.world;
    const before = await store.workers(namespace);
    const result = await proceed();
    const after = new Set((await store.workers(namespace)).map((worker) => worker.incarnation));
    const gone = before.filter((worker) => !after.has(worker.incarnation));
    const frozen = (one: SimulatedProcess): boolean =>
      one !== by && one.actor.frozen && gone.some((worker) => one.incarnations.has(worker.incarnation));
    if (Number(result) > 0 && this.workers.some(frozen)) coverage.met("takeover of a frozen worker");
    return result;
  }

  private replace(process: SimulatedProcess, delay: number): void {
    const machine = this.workers.indexOf(process);
    if (machine < 0) return;
    this.world.scheduler.post(this.world.network, `machine ${machine + 1} starts`, delay, () => this.launch(machine));
  }
}
