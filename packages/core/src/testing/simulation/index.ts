export { Coverage, rareStates, simulatedFaults, simulatedPoints } from "./coverage.ts";
export { type SimulationOptions, type SimulationResult, simulate } from "./simulate.ts";
export { type SimulationReport, simulateMany } from "./simulate-many.ts";
export { readableTrace } from "./trace.ts";
