export { bornRow } from "./born-row.ts";
export * from "./claim-plan.ts";
export { memoryStore } from "./memory/memory-store.ts";
export { sameBytes } from "./same-bytes.ts";
export type * from "./schedule-rows.ts";
export * from "./start-rate.ts";
export * from "./store.ts";
export type * from "./transactions.ts";
export * from "./transitions.ts";
