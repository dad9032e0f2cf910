import type { NewRun } from "../store/run-rows.ts";
import { type DataKey, freshDataKey } from "./envelope.ts";

/**
 * Keys of runs that are not there yet. A start that finds its id taken must not leave its key to the run that is there, so each
 * has one of its own, known by what was encrypted with it until the store has taken the run.
 */
export class BornKeys {
  readonly #keys = new WeakMap<object, DataKey>();

  /** Notes that this value of a new run was encrypted with the key. */
  note(sealed: object, key: DataKey): void {
    this.#keys.set(sealed, key);
  }

  /** The key of a new run: the same whenever its start is repeated. */
  of(run: NewRun): DataKey {
    const values = [...run.entries, ...run.mail].map(({ payload }) => payload?.sealed);
    const noted = values.map((value) => value && this.#keys.get(value)).find((key) => key !== undefined);
    const key = noted ?? this.#keys.get(run) ?? freshDataKey();
    this.#keys.set(run, key);
    return key;
  }
}
