import type { Engine } from "../../engine/engine.ts";
import { HoldConflictError, HoldpointError, InvalidStateError, NotFoundError, StoreError } from "../../errors.ts";
import type { HoldRow, Store } from "../../store/store.ts";
import { Actor } from "../scheduler.ts";
import { Assembly, roundOf } from "./assembly.ts";
import { chooseErrands, type Errand, someRun } from "./errands.ts";
import type { Fate } from "./generate.ts";
import { board, type Panel } from "./panel.ts";
import type { SimulatedProcess } from "./process.ts";
import { type AskNode, nodesOf, type SignalNode } from "./program.ts";
import type { Prey } from "./provocation.ts";
import { namespace, type World } from "./world.ts";

/** What somebody was told when a decision was taken. */
export interface Acknowledged {
  holdId: string;
  by: string;
  answer: unknown;
}

/** Everybody outside: they start, answer, send, cancel, pause and retry, and do not give up when a call fails. */
export class People {
  readonly acknowledged: Acknowledged[] = [];
  /** Who was told that a hold had been decided, and by whom. */
  readonly refused: { holdId: string; by: string; winner: unknown }[] = [];
  /** Runs that somebody asked to cancel. */
  readonly cancelled = new Set<string>();
  readonly started = new Set<string>();
  private readonly world: World;
  private readonly desk: SimulatedProcess;
  private readonly phone: SimulatedProcess;
  private readonly actor = new Actor("people");
  readonly assembly: Assembly;
  private readonly asks = new Map<string, AskNode>();
  private readonly knownHolds = new Set<string>();
  private readonly retrying = new Set<string>();
  private readonly resuming = new Set<string>();
  /** Since when a run was found paused at every look: messages move its row on, so that the row does not say. */
  private pausedSince = new Map<string, number>();
  private readonly sent = new Map<string, number>();
  private readonly lastSent = new Map<string, number>();
  /** Things people still mean to do. */
  busy = 0;

  constructor(world: World) {
    this.world = world;
    this.desk = world.fleet.counter("desk", true);
    this.phone = world.fleet.counter("phone", false);
    this.assembly = new Assembly(world, {
      later: (what, ms, act) => this.later(what, ms, act),
      call: (what, act) => this.call(what, act),
    });
    for (const program of world.plan.programs.values()) {
      for (const node of nodesOf(program.body))
        if (node.kind === "approve" || node.kind === "ask") this.asks.set(node.name, node);
    }
  }

  /** Who must approve a hold of this name; null where one person decides. */
  panelOf(name: string): Panel | null {
    return this.asks.get(name)?.panel ?? null;
  }

  begin(): void {
    for (const fate of this.world.plan.fates) this.later("starts", fate.startAfter, () => this.start(fate));
    for (const errand of chooseErrands(this.world.dice, this.world.mishaps.focus)) {
      this.later(errand.name, this.world.dice.between(200, 7000), () => this.goOn(errand));
    }
    this.world.provocation.answer = (prey) => this.later("answers at the last moment", 0, () => this.answerNow(prey));
    this.look();
  }

  private async answerNow(prey: Prey): Promise<void> {
    const { store } = this.world;
    const row =
      "id" in prey ? await store.hold(namespace, prey.id) : await store.holdByKey(namespace, prey.pk, prey.key);
    const node = row?.status === "open" ? this.asks.get(row.name) : undefined;
    if (row && node?.panel) await this.assembly.vote(row, roundOf(row), board[0] ?? "", true);
    else if (row && node) await this.decide(row, node, "ben");
  }

  private async goOn(errand: Errand): Promise<void> {
    const id = await someRun(this.world);
    if (id === null) return;
    try {
      await this.call(errand.name, (engine, store) => errand.run(engine, id, this.world, store));
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
    }
  }

  /** Everything that was meant to be done is done. */
  get idle(): boolean {
    return this.busy === 0;
  }

  private later(what: string, ms: number, act: () => Promise<void>): void {
    this.busy++;
    this.world.scheduler.post(this.actor, what, Math.max(0, ms), () => {
      void act()
        .catch((error: unknown) => this.world.violation(`${what}: ${said(error)}`))
        .finally(() => this.busy--);
    });
  }

  /** Calls an engine until it answers; says what it answered, be it a refusal. */
  private async call<T>(what: string, act: (engine: Engine, store: Store) => Promise<T>, phone = false): Promise<T> {
    const { dice, fleet } = this.world;
    for (let attempt = 1; ; attempt++) {
      const worker = dice.pick(fleet.workers);
      const process = phone ? this.phone : attempt < 5 && dice.chance(0.5) && !worker.actor.gone ? worker : this.desk;
      let hangUp = (): void => {};
      const patience = new Promise<never>((_, reject) => {
        hangUp = this.world.scheduler.post(this.actor, `${what}: hangs up`, 4000, () => reject(new Error("no answer")));
      });
      try {
        return await Promise.race([act(process.engine, process.store), process.crashed, patience]);
      } catch (error) {
        if (error instanceof HoldpointError && !(error instanceof StoreError) && error.code !== "STORE") throw error;
        if (attempt > 30) throw new Error(`${what}: no answer after 30 calls`, { cause: error });
      } finally {
        hangUp();
      }
      await this.pause(dice.between(10, 300));
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.world.scheduler.post(this.actor, "pauses", ms, () => resolve()));
  }

  private async start(fate: Fate): Promise<void> {
    const { world } = this;
    const program = world.program(fate.program);
    const input = { program: program.id, generation: 1 };
    const options = { id: program.id, by: "eve", thread: "simulation", delay: fate.delay };
    const signal = fate.startWithSignal;
    await this.call("start", (engine) =>
      signal === null
        ? engine.run(program.workflow, input as never, options)
        : engine.startOrSignal(
            program.workflow,
            input as never,
            { name: signal, value: { n: 0 }, dedupe: `${signal}.start` },
            options,
          ),
    );
    this.started.add(program.id);
    for (const node of nodesOf(program.body)) {
      if (node.kind === "signal" && node.sendAfter !== null)
        this.later("sends", node.sendAfter, () => this.send(program.id, node));
    }
    if (fate.cancelAfter !== null) this.later("cancels", fate.cancelAfter, () => this.cancel(program.id, fate.force));
    if (fate.pauseAfter !== null)
      this.later("pauses a run", fate.pauseAfter, () => this.pauseRun(program.id, fate.pauseFor));
  }

  private async send(runId: string, node: SignalNode): Promise<void> {
    const n = (this.sent.get(`${runId} ${node.name}`) ?? 0) + 1;
    this.sent.set(`${runId} ${node.name}`, n);
    this.lastSent.set(`${runId} ${node.name}`, this.world.now);
    await this.refusable("signal", (engine) => signal(engine, runId, node.name, n));
  }

  private async cancel(runId: string, force: boolean): Promise<void> {
    this.cancelled.add(runId);
    await this.refusable("cancel", async (engine) => (await engine.get(runId)).cancel("changed our mind", { force }));
  }

  private async pauseRun(runId: string, ms: number): Promise<void> {
    await this.refusable("pause", async (engine) => (await engine.get(runId)).pause());
    await this.pause(ms);
    await this.refusable("resume", async (engine) => (await engine.get(runId)).resume());
  }

  /** A call that the engine may refuse because of what the run is by now. */
  private async refusable(what: string, act: (engine: Engine) => Promise<unknown>): Promise<void> {
    try {
      await this.call(what, act);
    } catch (error) {
      if (!(error instanceof InvalidStateError || error instanceof NotFoundError)) throw error;
    }
  }

  // ── Answering ─────────────────────────────────────────────────────────────────────────────────────

  /**
   * Looks what waits, every now and then. Through the store's back door: reading is no subject of the test. Lists are read where there is
   * something in them: on SQLite, to find nothing in three of them was most of what a world cost.
   */
  private look(): void {
    this.world.scheduler.post(this.actor, "looks", 60, async () => {
      const { store } = this.world;
      const there = await store.sizes(namespace);
      if (there.openHolds > 0) {
        const { items } = await store.holds(namespace, { status: ["open"] }, { limit: 1000, cursor: null });
        for (const row of items) this.notice(row);
      }
      for (const wait of this.world.waitedFor()) await this.feed(wait);
      if (there.runs.paused > 0) await this.findPaused();
      else this.pausedSince.clear();
      if (there.runs.failed > 0) await this.findBroken();
      this.look();
    });
  }

  /** A pause may arrive after its own resume: somebody sees that in the end. */
  private async findPaused(): Promise<void> {
    const { store } = this.world;
    const { items } = await store.runs(namespace, { status: ["paused"] }, { limit: 100, cursor: null });
    this.pausedSince = new Map(items.map(({ id }) => [id, this.pausedSince.get(id) ?? this.world.now]));
    for (const row of items) {
      const since = this.pausedSince.get(row.id) ?? this.world.now;
      if (this.world.now - since < 4000 || this.resuming.has(row.id)) continue;
      this.resuming.add(row.id);
      this.later("resumes", 0, async () => {
        await this.refusable("resume", async (engine) => (await engine.get(row.id)).resume());
        this.resuming.delete(row.id);
      });
    }
  }

  /** A run that failed because something outside was broken goes on once that is repaired. */
  private async findBroken(): Promise<void> {
    const { store, dice } = this.world;
    const { items } = await store.runs(namespace, { status: ["failed"] }, { limit: 100, cursor: null });
    for (const { id, parent } of items) {
      const broken = this.world.plan.programs.has(id) ? nodesOf(this.world.program(id).body) : [];
      const steps = [...broken].filter((node) => node.kind === "step" && node.broken && this.world.isBroken(node.name));
      if (parent !== null || steps.length === 0 || this.retrying.has(id)) continue;
      this.retrying.add(id);
      this.later("repairs and retries", dice.between(50, 1500), async () => {
        for (const node of steps) this.world.repair(node.name);
        await this.refusable("retry", async (engine) => (await engine.get(id)).retry({ by: "ana" }));
      });
    }
  }

  private notice(row: HoldRow): void {
    const { panel = null, answerAfter = null } = this.asks.get(row.name) ?? {};
    if (row.origin === "author" && panel) return this.assembly.notice(row, panel, answerAfter);
    const known = `${row.id} ${row.revision}`;
    if (this.knownHolds.has(known)) return;
    this.knownHolds.add(known);
    const { dice } = this.world;
    if (row.origin === "operator") return this.later("operates", dice.between(0, 500), () => this.operate(row));
    const node = this.asks.get(row.name);
    if (!node) return this.world.violation(`a hold nobody planned: ${row.name}`);
    if (node.answerAfter === null) return;
    const wait = row.openedAt + node.answerAfter - this.world.now;
    this.later("answers", wait, () => this.decide(row, node, "ana"));
    const crowd = node.kind === "approve" && node.reviewers === null ? this.world.crowd : 0;
    for (let n = 0; n < crowd; n++) this.later("answers in a crowd", wait, () => this.decide(row, node, `p${n}`));
    if (node.contested) this.later("answers too", wait + dice.between(-10, 10), () => this.decide(row, node, "ben"));
  }

  private async decide(row: HoldRow, node: AskNode, by: string): Promise<void> {
    const { dice } = this.world;
    const note = `${by} about ${row.key} r${row.revision}`;
    const phone = node.kind === "ask" && dice.chance(0.4);
    // By phone nobody can check the form: a bad answer gets through, and the workflow itself refuses it.
    const good = !phone || row.revision > 0 || dice.chance(0.5);
    const answer = node.kind === "approve" ? { approved: dice.chance(0.7) } : `${good ? "good" : "bad"} ${by}`;
    try {
      const decided = await this.call(
        "decide",
        async (engine) => {
          const hold = await engine.hold(row.id);
          if (hold.revision !== row.revision && hold.status === "open") return null;
          return engine.decide({ ...hold, revision: row.revision }, answer, { by, note });
        },
        phone,
      );
      if (good && decided) this.acknowledged.push({ holdId: row.id, by, answer });
    } catch (error) {
      if (!(error instanceof HoldConflictError || error instanceof NotFoundError)) throw error;
      const { status, by: winner } = error.details;
      if (status === "decided") this.refused.push({ holdId: row.id, by, winner });
    }
  }

  /** Says what became of a step nobody saw end, or what to do with a run that kills its workers. */
  private async operate(row: HoldRow): Promise<void> {
    const { dice, witness } = this.world;
    let answer: object = { action: "retry" };
    if (!row.key.startsWith("run/poison")) {
      const key = row.key.replace(/\/operator#.*$/, "");
      const run = await this.world.store.runByPk(namespace, row.runPk);
      const step = { runId: row.runId, generation: run?.generation ?? 1, key };
      const effects = witness.executions(step);
      const happened = effects.findLast((effect) => effect.ended === "ok");
      answer = happened
        ? { action: "happened", result: happened.token }
        : { action: dice.chance(0.8) ? "run" : "fail" };
    }
    try {
      await this.call("operate", async (engine) => engine.decide(await engine.hold(row.id), answer, { by: "op" }));
    } catch (error) {
      if (!(error instanceof HoldConflictError || error instanceof NotFoundError)) throw error;
    }
  }

  /** A run that has waited long for a message gets one. */
  private async feed({ runId, name, since }: { runId: string; name: string; since: number }): Promise<void> {
    const last = this.lastSent.get(`${runId} ${name}`) ?? 0;
    if (this.world.now - Math.max(last, since) < 1500) return;
    this.lastSent.set(`${runId} ${name}`, this.world.now);
    const row = await this.world.store.run(namespace, runId);
    if (row === null || row.finishedAt !== null) return;
    const n = (this.sent.get(`${runId} ${name}`) ?? 0) + 1;
    this.sent.set(`${runId} ${name}`, n);
    this.later("sends at last", 0, () => this.refusable("signal", (engine) => signal(engine, runId, name, n)));
  }
}

async function signal(engine: Engine, runId: string, name: string, n: number): Promise<void> {
  const run = await engine.get(runId);
  await run.signal(name, { n }, { dedupe: `${name}.${n}` });
}

const said = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? `${error}: ${String(error.cause)}` : String(error);
