import type { NewEntry, NewMail, StoredPayload } from "./journal-rows.ts";
import type { Operation } from "./operations.ts";

/** Which generation of which run. */
export interface SealedRun {
  namespace: string;
  id: string;
  generation: number;
}

/** Gives an entry's payload the form it will have in the store (`StoredPayload.sealed`). */
export type SealEntry = (entry: Pick<NewEntry, "key" | "phase">, payload: StoredPayload) => StoredPayload;

/**
 * What an encrypting store can do beside the port. The hash chain is over what is stored, so what it covers is encrypted
 * before it is chained: by whoever chains it, with a key that the store keeps.
 */
export interface Sealing {
  /**
   * Has the run's key at hand. Done by the store for every run it gives to a claim.
   *
   * @throws StoreError the key cannot be had now; the sentence names the key it is wrapped with
   */
  ready(run: Pick<SealedRun, "namespace" | "id">): Promise<void>;
  /**
   * What an operation has to wait for before it can be written; null when all its keys are at hand, which is the rule. Whoever
   * puts operations of several runs into one `commit` writes the others meanwhile.
   *
   * @throws StoreError (by the promise) a key cannot be had now
   */
  keysFor(namespace: string, operation: Operation): Promise<void> | null;
  /** For the entries of a run whose key is at hand. */
  entries(run: SealedRun): SealEntry;
  /** For the first entries and the first mail of a run that is about to be created: with a key of its own. */
  newRun(run: SealedRun): { entry: SealEntry; mail(mail: NewMail, payload: StoredPayload): StoredPayload };
}
