import { createTestEngine } from "@holdpoint/core/testing";
import type { Flow } from "@holdpoint/flow";
import { onTestFinished } from "vitest";
import type { ModelRequest } from "../model/model.ts";
import { models, modelsService } from "../models/models.ts";
import { type ScriptedReply, scriptedModel } from "../scripted/scripted-model.ts";
import type { PatternInput } from "./pattern.ts";

/** The prompt of a request. */
export const promptOf = ({ messages }: ModelRequest): string =>
  String(messages.findLast(({ role }) => role === "user")?.content);

/** Answers by the fields that a step asks for: what stands under the first word of a set of fields, one after the other. */
export function answering(answers: Readonly<Record<string, readonly unknown[]>>) {
  const counts: Record<string, number> = {};
  return scriptedModel((request): ScriptedReply => {
    const fields = Object.keys((request.output?.schema.properties ?? {}) as object).join(" ");
    const given = answers[fields];
    if (!given) throw new Error(`nobody says what to answer with ${fields}`);
    const at = (counts[fields] ??= 0);
    counts[fields] = at + 1;
    const answer = given[Math.min(at, given.length - 1)];
    return { output: typeof answer === "function" ? answer(promptOf(request)) : answer };
  });
}

/** An engine for a flow, replayed at every step. */
export function engineFor(model: ReturnType<typeof scriptedModel>, ...flows: readonly Flow<PatternInput, never>[]) {
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [...flows], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return engine;
}

/** What a pattern gives for a task. */
export async function ran<Result>(
  flow: Flow<PatternInput, Result>,
  model: ReturnType<typeof scriptedModel>,
  task = "the task",
): Promise<Result & { run: { outcome: string | null; calls: unknown } }> {
  const engine = engineFor(model, flow as never);
  const run = await engine.run(flow, { task });
  const result = await run.result();
  const { outcome, attributes } = await run.describe();
  return { ...result, run: { outcome, calls: attributes.aiCalls } } as never;
}
