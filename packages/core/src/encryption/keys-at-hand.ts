import type { AdvanceOperation, Operation } from "../store/operations.ts";
import type { Delivery, NewRun, RunPk } from "../store/run-rows.ts";
import type { BornKeys } from "./born-keys.ts";
import type { DataKeys } from "./data-keys.ts";
import { dataKeyKind } from "./key-record.ts";
import type { KnownRuns } from "./known-runs.ts";

/** Null when it is at hand already, which is the rule. */
type Wait = Promise<unknown> | null;

/**
 * Which keys an operation is written with, and whether they are at hand: one whose key has to be asked for, of a key service that may
 * not answer, is written by itself once it has come, and nothing else waits for it.
 */
export class KeysAtHand {
  readonly #keys: DataKeys;
  readonly #runs: KnownRuns;
  readonly #born: BornKeys;

  constructor(keys: DataKeys, runs: KnownRuns, born: BornKeys) {
    this.#keys = keys;
    this.#runs = runs;
    this.#born = born;
  }

  /** Null when they are all at hand; otherwise resolves once they are, and rejects when one cannot be had. */
  for(namespace: string, operation: Operation): Promise<void> | null {
    const waits = this.#of(namespace, operation).filter((wait) => wait !== null);
    return waits.length === 0 ? null : Promise.all(waits).then(() => {});
  }

  #of(namespace: string, operation: Operation): Wait[] {
    switch (operation.type) {
      case "start":
        return this.#newRun(namespace, operation.run);
      case "advance":
        return this.#advance(namespace, operation);
      case "deliver":
        return [this.#delivery(namespace, operation)];
      case "hold":
        return [this.#hold(namespace, operation.holdId)];
      case "seal":
        return [this.#numbered(namespace, operation.pk), ...this.#deliveries(namespace, operation.deliveries)];
      case "label":
        return [this.#keys.wait(namespace, operation.runId)];
      case "schedule":
        return [
          this.#keys.waitForNamespace(namespace),
          ...operation.starts.flatMap((run) => this.#newRun(namespace, run)),
          ...this.#deliveries(namespace, operation.deliveries),
        ];
      case "putRecord":
      case "dropRecord":
        return operation.kind === dataKeyKind ? [] : [this.#keys.waitForNamespace(namespace)];
      default:
        return [];
    }
  }

  #advance(namespace: string, operation: AdvanceOperation): Wait[] {
    if (writesNothing(operation)) return [];
    const { then, children } = operation;
    return [
      this.#numbered(namespace, operation.pk),
      ...children.flatMap((run) => this.#newRun(namespace, run)),
      ...(then.type === "finish" ? this.#deliveries(namespace, then.deliveries) : []),
      ...(then.type === "continueAsNew" ? [this.#keys.waitForNamespace(namespace)] : []),
    ];
  }

  /** A new run has a key of its own, which has to be wrapped. */
  #newRun(namespace: string, run: NewRun): Wait[] {
    return [this.#keys.waitForNamespace(namespace), this.#keys.wrap(namespace, run.id, this.#born.of(run))];
  }

  #deliveries(namespace: string, deliveries: readonly Delivery[]): Wait[] {
    return deliveries.map((delivery) => this.#delivery(namespace, delivery));
  }

  #delivery(namespace: string, { to, mail }: Pick<Delivery, "to" | "mail">): Wait {
    if (mail.payload === null) return null;
    return "pk" in to ? this.#numbered(namespace, to.pk) : this.#keys.wait(namespace, to.id);
  }

  #numbered(namespace: string, pk: RunPk): Wait {
    const known = this.#runs.knownPk(namespace, pk);
    if (known) return this.#keys.wait(namespace, known.id);
    return this.#runs.ofPk(namespace, pk).then((run) => run && this.#keys.wait(namespace, run.id));
  }

  #hold(namespace: string, holdId: string): Wait {
    const known = this.#runs.knownHold(namespace, holdId);
    if (known) return this.#keys.wait(namespace, known.run);
    return this.#runs.ofHold(namespace, holdId).then((hold) => hold && this.#keys.wait(namespace, hold.run));
  }
}

/** A claim is given back and nothing besides: the engine's own note is no content, and must not wait for a key. */
export function writesNothing({ entries, then, ...riders }: AdvanceOperation): boolean {
  if (entries.length > 0 || then.type !== "park" || then.status !== "ready") return false;
  const { chunks, holds, closeHolds, reopenHolds, acceptHolds, children, stream } = riders;
  return [chunks, holds, closeHolds, reopenHolds, acceptHolds, children, stream].every((list) => list.length === 0);
}
