import { models, modelsService, reflection, scriptedModel, selfConsistency } from "@holdpoint/ai";
import type { AnyWorkflow } from "@holdpoint/core";
import { hostile } from "./workflows.ts";

/** Writes, and is never content with what it wrote; what it writes is hostile. */
export const writer = scriptedModel(({ output }) => {
  const fields = Object.keys((output?.schema.properties ?? {}) as object);
  if (!fields.includes("score")) return { output: { answer: hostile }, usage: { input: 210, output: 64 } };
  return { output: { score: 0.4, approved: false, problems: [hostile] }, usage: { input: 318, output: 41 } };
}, "writer");

/** One of three says something else. */
const counter = scriptedModel(
  ({ seed }) => ({ output: { reasoning: "counted", answer: seed === 2 ? "41" : "42", confidence: 0.9 } }),
  "counter",
);

/** Two patterns, each with a model of its own. */
export const patterns: readonly AnyWorkflow[] = [
  reflection({ name: "second-look", model: writer }),
  selfConsistency({ name: "total", samples: 3, model: counter, holdWhen: [{ confidenceBelow: 0.8 }] }),
];

export const patternModels = modelsService.provide(models({ environment: {} }));
