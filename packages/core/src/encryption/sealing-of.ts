import { StoreError } from "../errors.ts";
import type { SealEntry, Sealing } from "../store/sealing.ts";
import type { BornKeys } from "./born-keys.ts";
import type { DataKeys } from "./data-keys.ts";
import { freshDataKey } from "./envelope.ts";
import type { KeysAtHand } from "./keys-at-hand.ts";
import { entryPlace, mailPlace } from "./place.ts";
import { sealPayload } from "./sealed-values.ts";

/** What whoever chains entries needs of an encrypted store. */
export function sealingOf(keys: DataKeys, born: BornKeys, atHand: KeysAtHand): Sealing {
  return {
    keysFor: (namespace, operation) => atHand.for(namespace, operation),
    async ready({ namespace, id }) {
      await keys.current(namespace, id);
    },
    entries(run): SealEntry {
      // Looked for now, while it is at hand for sure; a run that only gives its claim back has none and needs none.
      const { namespace, id, generation } = run;
      const early = keys.held(namespace, id);
      const name = { namespace, id };
      return (entry, payload) => {
        const key = early ?? keys.held(namespace, id);
        if (key === null)
          throw new StoreError(`the data key of run ${id} is not at hand; the run has to be claimed anew`);
        return sealPayload(key, entryPlace(name, generation, entry), payload);
      };
    },
    newRun(run) {
      const key = freshDataKey();
      const noted = <T extends { sealed?: object }>(payload: T): T => {
        if (payload.sealed) born.note(payload.sealed, key);
        return payload;
      };
      return {
        entry: (entry, payload) => noted(sealPayload(key, entryPlace(run, run.generation, entry), payload)),
        mail: (mail, payload) => noted(sealPayload(key, mailPlace(run, mail), payload)),
      };
    },
  };
}
