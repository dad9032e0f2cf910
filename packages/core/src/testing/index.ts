export * as storeBuilders from "../store/conformance/builders.ts";
export * from "../store/conformance/conformance.ts";
export { compareWithMemory } from "../store/conformance/differential.ts";
export * from "./counting-store.ts";
export * from "./faults.ts";
export * from "./faulty-store.ts";
export * from "./kit/index.ts";
export * from "./store-calls.ts";
