import type { StandardSchemaV1, WorkflowContext } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import type { Agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import { about } from "./about.ts";
import { beforeStep } from "./input.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, fraction, listOf, words } from "./shape.ts";
import { countOf, Voice } from "./voice.ts";

/** What `planning` may be told. */
export interface PlanningOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"plan" | "execute" | "replan" | "conclude", S> {
  /** Does the plan's steps with its tools. Default: the model, with words alone. */
  worker?: Agent<unknown>;
  /** How many steps are done at most. Default 10. */
  maxSteps?: number;
}

/** A step of a plan that was done. */
export interface DoneStep {
  readonly step: string;
  readonly result: string;
}

/** What came of it. */
export interface PlanningResult<Answer = string> extends PatternResult<Answer> {
  readonly done: readonly DoneStep[];
  /** Steps that were planned and not done. */
  readonly left: readonly string[];
}

/**
 * Makes a plan, does its first step, and plans again with what came of it, until nothing is left to do. Steps that are left when `maxSteps` are
 * done are `no-answer`.
 *
 * @example
 * const move = planning({ name: "move", worker: agent({ name: "mover", tools: [book, call] }), maxSteps: 6 });
 *
 * @throws ValidationError an option makes no sense
 */
export function planning<S extends StandardSchemaV1 | undefined = undefined>(
  options: PlanningOptions<S>,
): Flow<PatternInput, PlanningResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const { worker } = options;
  const maxSteps = countOf(options.name, "maxSteps", options.maxSteps ?? 10);
  const voice = new Voice(
    options,
    {
      plan: "{task}\n\nMake a plan: few steps, in order, each of which can be done by itself.",
      execute: "The task:\n{task}\n\nDone so far:\n{done}\n\nDo this step, and only this step:\n{step}",
      replan:
        "The task:\n{task}\n\nDone so far:\n{done}\n\nStill planned:\n{left}\n\nIs anything left to do? If so, give the steps that are left now, changed where what was done asks for it.",
      conclude: "The task:\n{task}\n\nWhat was done:\n{done}\n\nGive the answer, and how sure you are (0 to 1).",
    },
    { maxSteps: { most: maxSteps } },
  );
  const execute = async (ctx: WorkflowContext, asked: PatternInput, step: string, done: readonly DoneStep[]) => {
    const values = { step, done: done.map(lineOf) };
    if (!worker) {
      return (await voice.ask<{ result: string }>(ctx, "execute", asked, values, { result: words })).result;
    }
    await beforeStep(ctx, "execute", asked);
    return (await agentStep(ctx, worker, voice.prompt("execute", asked, values))).text;
  };
  const chain = begin(options, about.planning, voice)
    .call("plan", async (ctx, asked) => {
      const { steps } = await voice.ask<{ steps: string[] }>(ctx, "plan", asked, {}, { steps: listOf(words) });
      return { asked, left: steps as readonly string[], done: [] as readonly DoneStep[] };
    })
    .branch(
      [
        [
          ({ left }) => left.length > 0,
          (some) =>
            some.doUntil(
              (turn) =>
                turn
                  .call("execute", async (ctx, { asked, left: [step = "", ...left], done }) => {
                    const result = await execute(ctx, asked, step, done);
                    return { asked, left: left as readonly string[], done: [...done, { step, result }] };
                  })
                  .call("replan", async (ctx, { asked, left, done }) => {
                    const values = { left, done: done.map(lineOf) };
                    const fields = { done: flag, steps: listOf(words) };
                    const next = await voice.ask<{ done: boolean; steps: string[] }>(
                      ctx,
                      "replan",
                      asked,
                      values,
                      fields,
                    );
                    return { asked, done, left: next.done ? [] : next.steps };
                  }),
              ({ asked, left, done }) => left.length === 0 || done.length >= voice.limit("maxSteps", asked),
              { name: "until done", maxIterations: maxSteps },
            ),
        ],
      ],
      { name: "anything to do" },
    )
    .call("conclude", async (ctx, { asked, left, done }): Promise<PlanningResult<Answer>> => {
      if (left.length > 0) return { ...proposed<Answer>(null, null), done, left };
      const fields = { answer: words, confidence: fraction };
      const given = await voice.ask<{ answer: Answer; confidence: number }>(
        ...([ctx, "conclude", asked, { done: done.map(lineOf) }, fields, { answered: true }] as const),
      );
      return { ...proposed(given.answer, given.confidence), done, left };
    });
  return settled(chain as never, options) as never;
}

const lineOf = ({ step, result }: DoneStep): string => `${step}: ${result}`;
