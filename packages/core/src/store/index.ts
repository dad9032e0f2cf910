export * from "./store.ts";
export { memoryStore } from "./memory/memory-store.ts";
export * from "./transitions.ts";
export * from "./claim-plan.ts";
export { sameBytes } from "./same-bytes.ts";
