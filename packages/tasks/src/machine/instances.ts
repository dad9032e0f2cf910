import { randomUUID } from "node:crypto";
import {
  type Duration,
  durationMs,
  type Engine,
  type Hold,
  HoldConflictError,
  InvalidStateError,
  NotFoundError,
  RunConflictError,
  type RunHandle,
} from "@holdpoint/core";
import { DuplicateTaskError, InvalidTransitionError } from "../errors.ts";
import type { EventInput, EventSchemas, StateMachine } from "./definition.ts";
import { type AnyMachine, allowedIn, checkData, judge } from "./judge.ts";
import { readRecords, waitForRecord } from "./reader.ts";
import { type Envelope, eventSignal, holdName, isTaken, type MachineRecord, type Taken } from "./record.ts";
import { Tail, type TransitionListener } from "./tail.ts";

/** Where an instance stands, as it was read. */
export interface Instance<State extends string = string, Context = unknown> {
  /** Its id. */
  readonly id: string;
  /** Where it is. */
  readonly state: State;
  /** Counts its transitions, from 0. */
  readonly version: number;
  /** What it carries. */
  readonly context: Context;
  /** The event that led here, and who sent it. */
  readonly last: {
    readonly event: string;
    readonly by: string | null;
    readonly note: string | null;
    readonly at: Date;
  };
}

/** Who sends an event, and to what. */
export interface SendOptions {
  /** Who. */
  by?: string;
  /** Only if the instance is still at this version; otherwise it is refused. */
  expect?: number;
}

/**
 * The instances of a machine on an engine: creates them, sends them events, reads them. Any number of processes may do so at once.
 *
 * @example
 * const door = stateMachine({
 *   name: "door",
 *   context: context<{ opened: number }>(),
 *   events: { open: z.object({ key: z.string() }) },
 *   initial: "closed",
 *   states: { closed: { on: { open: "open" } }, open: {} },
 * });
 * const doors = new Instances(engine, door); // the engine has machineWorkflow(door) among its workflows
 * await doors.create("front", { opened: 0 });
 * await doors.send("front", "open", { key: "brass" }, { by: "ana" });
 */
export class Instances<State extends string, Context, E extends EventSchemas> {
  private readonly engine: Engine;
  private readonly machine: AnyMachine;
  private readonly tail: Tail;
  /** As errors call an instance. */
  private readonly noun: string;

  constructor(
    engine: Engine,
    machine: StateMachine<State, Context, E>,
    options: { noun?: string; poll?: Duration } = {},
  ) {
    this.engine = engine;
    this.machine = machine as unknown as AnyMachine;
    this.noun = options.noun ?? machine.name;
    this.tail = new Tail(engine, machine.name, (runId) => this.idOf(runId), durationMs(options.poll ?? "1s", "poll"));
  }

  /**
   * A new instance, in the machine's first state; or, restored, in `from.state`, and then no `enter` runs.
   *
   * @throws DuplicateTaskError the id is taken, also long after
   */
  async create(
    id: string,
    context: Context,
    options: { by?: string; from?: { state: State; version?: number } } = {},
  ): Promise<Instance<State, Context>> {
    const { by = null, from } = options;
    const birth = {
      state: from?.state ?? this.machine.initial,
      context,
      version: from?.version ?? 0,
      by,
      nonce: randomUUID(),
      enter: from === undefined,
    };
    try {
      const run = await this.engine.run(this.machine.name, birth, {
        id: this.runId(id),
        ...(by === null ? {} : { by }),
      });
      return await this.settled(id, run, (records) => records.find(isTaken));
    } catch (error) {
      if (!(error instanceof RunConflictError)) throw error;
      const state = await this.peek(id);
      throw new DuplicateTaskError(this.named(id), id, state?.state ?? null);
    }
  }

  /**
   * Sends an event and waits until the instance has taken it.
   *
   * @throws NotFoundError there is no such instance; ValidationError the data does not fit the event; InvalidTransitionError it does
   * not fit the state, or the guard says no: nothing changed
   */
  async send<N extends keyof E & string>(
    id: string,
    name: N,
    data: EventInput<E, N>,
    options: SendOptions = {},
  ): Promise<Instance<State, Context>> {
    const checked = checkData(this.machine, name, data);
    const run = await this.handle(id);
    const before = await this.newest(id, run);
    const by = options.by ?? null;
    const event = { name, data: checked, by, at: new Date(), decision: null };
    const verdict = judge(this.machine, before.state, { id: this.runId(id), context: before.context, event });
    if ("refused" in verdict) throw this.refusal(id, name, before.state, verdict.reason);
    const envelope: Envelope = { call: randomUUID(), name, data, by, expect: options.expect ?? null };
    try {
      await run.signal(eventSignal, envelope, { dedupe: envelope.call, ...(by === null ? {} : { by }) });
      return await this.settled(id, run, (records) => this.answer(id, envelope, records));
    } catch (error) {
      if (!(error instanceof InvalidStateError)) throw error;
      // It ended meanwhile: say so in the machine's words.
      const { state } = await this.get(id);
      if (this.machine.states[state]?.final === undefined) throw error;
      throw this.refusal(id, name, state, null, error);
    }
  }

  /**
   * Decides what the instance's state asks, as `engine.decide` does, and waits until it has moved on. With a policy that wants more
   * votes it may stay where it is.
   *
   * @throws InvalidTransitionError its state asks nothing, or somebody else was first; what `engine.decide` throws otherwise
   */
  async decide(
    id: string,
    approved: boolean,
    options: { by?: string; note?: string; option?: string; channel?: string } = {},
  ): Promise<Instance<State, Context>> {
    const word = approved ? "approve" : "reject";
    const run = await this.handle(id);
    const before = await this.newest(id, run);
    if (!this.machine.states[before.state]?.decided) throw this.refusal(id, word, before.state, null);
    let hold: Hold;
    try {
      hold = await this.engine.decide(await run.hold(holdName, { timeout: "10s" }), { approved }, options);
    } catch (error) {
      if (!(error instanceof HoldConflictError || error instanceof InvalidStateError)) throw error;
      await this.moved(id, run, before.version);
      const now = await this.get(id);
      const reason = now.last.by === null ? null : `${now.last.by} was first`;
      throw this.refusal(id, word, now.state, reason, error);
    }
    if (hold.status === "open") return before;
    const after = await this.moved(id, run, before.version);
    if (!after || after.event === (approved ? "approved" : "rejected")) return this.get(id);
    throw this.refusal(id, word, after.to, `${after.event} came first`);
  }

  /**
   * Waits until the instance is where the condition wants it.
   *
   * @throws InvalidStateError `timeout` passed first
   */
  async until(
    id: string,
    holds: (instance: Instance<State, Context>) => boolean,
    options: { timeout?: Duration; look?: Duration } = {},
  ): Promise<Instance<State, Context>> {
    const limits = {
      ...(options.timeout === undefined ? {} : { limitMs: durationMs(options.timeout, "timeout") }),
      ...(options.look === undefined ? {} : { lookMs: durationMs(options.look, "look") }),
    };
    const reached = (records: MachineRecord[]): Taken | undefined => {
      const last = records.findLast(isTaken);
      return last && holds(viewOf(id, last)) ? last : undefined;
    };
    return this.settled(id, await this.handle(id), reached, limits);
  }

  /** Where an instance stands. Throws `NotFoundError` when there is none. */
  async get(id: string): Promise<Instance<State, Context>> {
    return this.newest(id, await this.handle(id));
  }

  /** Every transition of an instance since its last 500, oldest first: from where to where, by whom, when. */
  async transitions(
    id: string,
  ): Promise<{ from: State | null; to: State; event: string; by: string | null; at: Date }[]> {
    const records = await readRecords(await this.handle(id));
    return records
      .filter(isTaken)
      .map(({ from, to, event, by, at }) => ({ from: from as State | null, to: to as State, event, by, at }));
  }

  /** Instances, oldest first; with `state` only those that are in it. */
  async list(filter: { state?: State } = {}): Promise<Instance<State, Context>[]> {
    const found: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: { items: { id: string }[]; cursor: string | null } = await this.engine.runs(
        { workflow: this.machine.name, ...(filter.state === undefined ? {} : { attributes: { state: filter.state } }) },
        { limit: 1000, cursor },
      );
      found.push(...page.items.map((run) => run.id));
      if ((cursor = page.cursor) === null) break;
    }
    const all = await Promise.all(found.reverse().map((runId) => this.peek(this.idOf(runId))));
    return all.filter((one) => one !== null && (filter.state === undefined || one.state === filter.state)) as Instance<
      State,
      Context
    >[];
  }

  /**
   * Calls back after each transition that this process makes or hears of, once each, in order. What the listener throws is logged.
   * Returns how to stop.
   */
  onTransition(listener: TransitionListener): () => void {
    return this.tail.add(listener);
  }

  private newest(id: string, run: RunHandle<unknown>): Promise<Instance<State, Context>> {
    return this.settled(id, run, (records) => records.findLast(isTaken));
  }

  private runId(id: string): string {
    return `${this.machine.name}:${id}`;
  }

  private idOf(runId: string): string {
    return runId.slice(this.machine.name.length + 1);
  }

  private named(id: string): string {
    return `${this.noun} "${id}"`;
  }

  private refusal(id: string, attempted: string, state: string, reason: string | null, cause?: unknown): Error {
    const details = { id, allowed: allowedIn(this.machine, state), reason: reason ?? undefined };
    return new InvalidTransitionError(this.named(id), attempted, state, details, cause === undefined ? {} : { cause });
  }

  private async handle(id: string): Promise<RunHandle<unknown>> {
    try {
      return await this.engine.get(this.runId(id));
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new NotFoundError(this.noun, id);
    }
  }

  /** What became of an event: the transition, or the refusal as an error. */
  private answer(id: string, { call, name }: Envelope, records: MachineRecord[]): Taken | undefined {
    for (const record of records) {
      if (isTaken(record)) {
        if (record.call === call) return record;
      } else if (record.refused === call) throw this.refusal(id, name, record.state, record.reason);
    }
    return undefined;
  }

  private async peek(id: string): Promise<Instance<State, Context> | null> {
    try {
      const last = (await readRecords(await this.engine.get(this.runId(id)))).findLast(isTaken);
      return last ? viewOf(id, last) : null;
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }

  /** The transition out of `version`; null when the run ended without one. */
  private async moved(id: string, run: RunHandle<unknown>, version: number): Promise<Taken | null> {
    let after: Taken | null = null;
    await this.settled(id, run, (records) => {
      after = (records.find((one) => isTaken(one) && one.version > version) as Taken | undefined) ?? null;
      return after ?? undefined;
    });
    return after;
  }

  private async settled(
    id: string,
    run: RunHandle<unknown>,
    find: (records: MachineRecord[]) => Taken | undefined,
    limits: { limitMs?: number; lookMs?: number } = {},
  ): Promise<Instance<State, Context>> {
    return viewOf(id, await waitForRecord(this.tail, run, find, { what: this.named(id), ...limits }));
  }
}

function viewOf<State extends string, Context>(id: string, last: Taken): Instance<State, Context> {
  const { to, version, context, event, by, note, at } = last;
  return { id, state: to as State, version, context: context as Context, last: { event, by, note, at } };
}
