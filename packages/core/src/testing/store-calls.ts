import type { StoreMethod } from "../store/wrap-store.ts";

export { type StoreCall, type StoreMethod, storeMethods, wrapStore } from "../store/wrap-store.ts";

/** Methods that write something, or may. */
export const writingMethods = [
  "commit",
  "claim",
  "register",
  "renew",
  "retire",
  "takeOver",
  "sweep",
  "cache",
  "retain",
  "erase",
] as const satisfies readonly StoreMethod[];
export type WritingMethod = (typeof writingMethods)[number];

export function isWriting(method: StoreMethod): method is WritingMethod {
  return writingMethods.some((writing) => writing === method);
}
