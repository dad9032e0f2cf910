import type { NewHoldEvent } from "../store/hold-rows.ts";
import type { StoredPayload } from "../store/journal-rows.ts";
import type { AdvanceOperation, HoldOperation, Operation, StartOperation } from "../store/operations.ts";
import type { Delivery, NewRun } from "../store/run-rows.ts";
import type { ScheduleOperation } from "../store/schedule-rows.ts";
import type { BornKeys } from "./born-keys.ts";
import type { DataKeys } from "./data-keys.ts";
import { type DataKey, freshDataKey, seal } from "./envelope.ts";
import { dataKeyKind } from "./key-record.ts";
import { writesNothing } from "./keys-at-hand.ts";
import type { KnownRuns } from "./known-runs.ts";
import * as place from "./place.ts";
import {
  type KeyedRun,
  sealedChunk,
  sealedEntry,
  sealedEvent,
  sealedHold,
  sealedMail,
  sealedNote,
} from "./seal-rows.ts";
import { sealPayload, sealStreamValue, sealText, storedForm } from "./sealed-values.ts";

/** A key made for a run that an operation creates. */
export interface BornKey {
  run: string;
  key: DataKey;
  /** The operation's place in its batch. */
  index: number;
}

/** Turns operations as an engine makes them into what is stored. */
export class OperationSealer {
  readonly #keys: DataKeys;
  readonly #runs: KnownRuns;
  readonly #born: BornKeys;

  constructor(keys: DataKeys, runs: KnownRuns, born: BornKeys) {
    this.#keys = keys;
    this.#runs = runs;
    this.#born = born;
  }

  /** The same operations with everything in them encrypted, and the keys of the runs they create. */
  async seal(namespace: string, operations: readonly Operation[]): Promise<{ sealed: Operation[]; born: BornKey[] }> {
    const born: BornKey[] = [];
    const sealed = await Promise.all(
      operations.map((operation, index) =>
        this.#one(namespace, operation, (run, key) => born.push({ run, key, index })),
      ),
    );
    return { sealed, born };
  }

  async #one(namespace: string, operation: Operation, birth: (run: string, key: DataKey) => void): Promise<Operation> {
    const newRun = (run: NewRun): Promise<NewRun> => this.#newRun(namespace, run, birth);
    switch (operation.type) {
      case "start":
        return this.#start(namespace, operation, newRun);
      case "advance":
        return this.#advance(namespace, operation, newRun);
      case "deliver": {
        const [delivery] = await this.#deliveries(namespace, [operation]);
        return { ...operation, mail: (delivery as Delivery).mail };
      }
      case "hold":
        return this.#hold(namespace, operation);
      case "seal": {
        const run = await this.#keyed(namespace, operation.pk);
        return {
          ...operation,
          entry: sealedEntry(run, operation.entry),
          note: sealedNote(run, operation.note),
          holdEvent: sealedEvent(run, operation.holdEvent),
          deliveries: await this.#deliveries(namespace, operation.deliveries),
        };
      }
      case "label": {
        const name = { namespace, id: operation.runId };
        const key = await this.#keys.current(namespace, operation.runId);
        return {
          ...operation,
          label: sealText(key, place.labelPlace(name, operation.key, operation.by), operation.label),
        };
      }
      case "schedule":
        return this.#schedule(namespace, operation, newRun);
      case "putRecord": {
        if (operation.kind === dataKeyKind) return operation;
        const key = await this.#keys.ofNamespace(namespace);
        const where = place.recordPlace(namespace, operation.kind, operation.id);
        return { ...operation, body: sealText(key, where, operation.body) };
      }
      default:
        return operation;
    }
  }

  async #start(
    namespace: string,
    operation: StartOperation,
    newRun: (run: NewRun) => Promise<NewRun>,
  ): Promise<StartOperation> {
    const run = await newRun(operation.run);
    if (operation.signal === null) return { ...operation, run };
    const keyed = { namespace, id: run.id, generation: 1, key: this.#born.of(operation.run) };
    return { ...operation, run, signal: sealedMail(keyed, operation.signal) };
  }

  /** A run about to be created, with a key of its own; a next generation has the key of the run. */
  async #newRun(
    namespace: string,
    run: NewRun,
    birth: ((run: string, key: DataKey) => void) | DataKey,
    generation = 1,
  ): Promise<NewRun> {
    const key = typeof birth === "function" ? this.#born.of(run) : birth;
    if (typeof birth === "function") birth(run.id, key);
    const keyed = { namespace, id: run.id, generation, key };
    return {
      ...run,
      // It outlives the run in its tombstone, and so does the namespace's key.
      inputDigest: seal(await this.#keys.ofNamespace(namespace), place.inputDigestPlace(keyed), run.inputDigest),
      entries: run.entries.map((entry) => sealedEntry(keyed, entry)),
      mail: run.mail.map((mail) => sealedMail(keyed, mail)),
      chunks: run.chunks.map((chunk) => sealedChunk(keyed, chunk)),
    };
  }

  async #advance(
    namespace: string,
    operation: AdvanceOperation,
    newRun: (run: NewRun) => Promise<NewRun>,
  ): Promise<AdvanceOperation> {
    if (writesNothing(operation)) return operation;
    const run = await this.#keyed(namespace, operation.pk);
    const withEvent = <T extends { event: NewHoldEvent }>(one: T): T => ({
      ...one,
      event: sealedEvent(run, one.event),
    });
    return {
      ...operation,
      entries: operation.entries.map((entry) => sealedEntry(run, entry)),
      chunks: operation.chunks.map((chunk) => sealedChunk(run, chunk)),
      holds: operation.holds.map((hold) => sealedHold(run, hold)),
      closeHolds: operation.closeHolds.map(withEvent),
      reopenHolds: operation.reopenHolds.map(withEvent),
      acceptHolds: operation.acceptHolds.map(withEvent),
      children: await Promise.all(operation.children.map(newRun)),
      stream: operation.stream.map((bytes) => sealStreamValue(run.key, place.streamPlace(run), bytes)),
      then: await this.#ending(run, operation.then),
    };
  }

  async #ending(run: KeyedRun, then: AdvanceOperation["then"]): Promise<AdvanceOperation["then"]> {
    switch (then.type) {
      case "park":
        return { ...then, note: sealedNote(run, then.note) };
      case "finish":
        return {
          ...then,
          note: sealedNote(run, then.note),
          deliveries: await this.#deliveries(run.namespace, then.deliveries),
        };
      case "continueAsNew":
        return { ...then, next: await this.#newRun(run.namespace, then.next, run.key, run.generation + 1) };
      default:
        return then;
    }
  }

  async #hold(namespace: string, operation: HoldOperation): Promise<HoldOperation> {
    const hold = await this.#runs.ofHold(namespace, operation.holdId);
    // A hold that is not there is not moved.
    const run = hold ? await this.#withKey(namespace, { id: hold.run, generation: 1 }) : nobody(namespace);
    const field = (name: "progress" | "decision", payload: StoredPayload | null): StoredPayload | null =>
      payload && storedForm(sealPayload(run.key, place.holdPlace(run, hold?.key ?? "", name), payload));
    return {
      ...operation,
      ...(operation.progress === undefined ? {} : { progress: field("progress", operation.progress) }),
      decision: field("decision", operation.decision),
      events: operation.events.map((event) => sealedEvent(run, event)),
      mail: operation.mail && sealedMail(run, operation.mail),
    };
  }

  async #schedule(
    namespace: string,
    operation: ScheduleOperation,
    newRun: (run: NewRun) => Promise<NewRun>,
  ): Promise<ScheduleOperation> {
    const key = await this.#keys.ofNamespace(namespace);
    const { id, schedule } = operation;
    const where = (field: "input" | "state"): string => place.schedulePlace(namespace, id, field);
    return {
      ...operation,
      schedule: schedule && {
        ...schedule,
        input: schedule.input && storedForm(sealPayload(key, where("input"), schedule.input)),
        state: sealText(key, where("state"), schedule.state),
      },
      firings: operation.firings.map((firing) => ({
        ...firing,
        note: firing.note && sealText(key, place.firingPlace(namespace, id, firing.key), firing.note),
      })),
      starts: await Promise.all(operation.starts.map(newRun)),
      deliveries: await this.#deliveries(namespace, operation.deliveries),
    };
  }

  #deliveries(namespace: string, deliveries: readonly Delivery[]): Promise<Delivery[]> {
    return Promise.all(
      deliveries.map(async ({ to, mail }) => {
        if (mail.payload === null) return { to, mail };
        const run =
          "pk" in to ? await this.#keyed(namespace, to.pk) : await this.#withKey(namespace, { ...to, generation: 1 });
        return { to, mail: sealedMail(run, mail) };
      }),
    );
  }

  async #keyed(namespace: string, pk: number): Promise<KeyedRun> {
    const run = await this.#runs.ofPk(namespace, pk);
    // A run that is gone takes nothing.
    return run === null ? nobody(namespace) : this.#withKey(namespace, run);
  }

  async #withKey(namespace: string, run: { id: string; generation: number }): Promise<KeyedRun> {
    return { ...run, namespace, key: await this.#keys.current(namespace, run.id) };
  }
}

/** Stands for a run or a hold that is not there: what is meant for it is written nowhere, and readable by nobody. */
const nobody = (namespace: string): KeyedRun => ({ namespace, id: "", generation: 0, key: freshDataKey() });
