import type { Store } from "../store.ts";
import { advanceCases } from "./advance.ts";
import type { StoreCase } from "./case.ts";
import { claimCases } from "./claim.ts";
import { debounceCases } from "./debounce.ts";
import { deliverCases } from "./deliver.ts";
import { endingCases } from "./endings.ts";
import { erasureCases } from "./erasure.ts";
import { feedCases } from "./feed.ts";
import { holdCases } from "./holds.ts";
import { limitCases } from "./limits.ts";
import { logCases } from "./logs.ts";
import { peopleCases } from "./people.ts";
import { queryCases } from "./queries.ts";
import { recordCases } from "./records.ts";
import { batchCases, namespaceCases, smallCases, watchCases } from "./rest.ts";
import { retentionCases } from "./retention.ts";
import { scheduleCases } from "./schedules.ts";
import { sealCases } from "./seal.ts";
import { startCases } from "./start.ts";
import { workerCases } from "./workers.ts";

export type { StoreCase } from "./case.ts";

/** Every rule of the store port. Each case wants an empty, opened store. */
export const storeCases: readonly StoreCase[] = [
  ...startCases,
  ...advanceCases,
  ...endingCases,
  ...deliverCases,
  ...holdCases,
  ...feedCases,
  ...sealCases,
  ...claimCases,
  ...limitCases,
  ...debounceCases,
  ...scheduleCases,
  ...recordCases,
  ...peopleCases,
  ...logCases,
  ...workerCases,
  ...queryCases,
  ...retentionCases,
  ...erasureCases,
  ...batchCases,
  ...smallCases,
  ...watchCases,
  ...namespaceCases,
];

/**
 * The suite that every implementation of `Store` must pass, as a list for any test runner. Each case opens a store of
 * its own and closes it.
 *
 * @example
 * for (const rule of storeConformance("memory", memoryStore)) test(rule.name, rule.run);
 */
export function storeConformance(
  name: string,
  makeStore: () => Store | Promise<Store>,
): { name: string; run(): Promise<void> }[] {
  return storeCases.map((rule) => ({
    name: `${name}: ${rule.name}`,
    async run() {
      const store = await makeStore();
      await store.open();
      try {
        await rule.run(store);
      } finally {
        await store.close();
      }
    },
  }));
}
