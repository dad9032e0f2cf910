export { Coverage, rareStates, simulatedFaults, simulatedPoints } from "./coverage.ts";
export { simulate, type SimulationOptions, type SimulationResult } from "./simulate.ts";
export { type SimulationReport, simulateMany } from "./simulate-many.ts";
export { readableTrace } from "./trace.ts";
