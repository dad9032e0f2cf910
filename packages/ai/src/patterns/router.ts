import { ValidationError, type WorkflowContext } from "@holdpoint/core";
import { type Flow, fromJsonSchema } from "@holdpoint/flow";
import { about } from "./about.ts";
import { beforeStep } from "./input.ts";
import { introduced, type Member, workOf } from "./member.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { fieldsOf, fraction, words } from "./shape.ts";
import { fractionOf, Voice } from "./voice.ts";

/** What `router` may be told. */
export interface RouterOptions extends PatternOptions<"route"> {
  /** Where a task may go, by name: an agent, or a pattern as a run of its own. Their descriptions are what is chosen by. */
  routes: Readonly<Record<string, Member>>;
  /** A choice that is less sure than that is a person's, 0 to 1. Default 0.7. */
  unsureBelow?: number;
}

/** What came of it. */
export interface RouterResult extends PatternResult<string> {
  readonly route: string;
  /** Why the model chose what it chose. */
  readonly reason: string;
  /** Who chose the route: null for the model. */
  readonly routedBy: string | null;
}

interface Choice {
  readonly asked: PatternInput;
  readonly route: string;
  readonly reason: string;
  readonly confidence: number;
  readonly routedBy: string | null;
}

/**
 * Lets a model choose who does a task. The choice is recorded, so nothing later changes it; one that is not sure enough waits for a person.
 *
 * @example
 * const desk = router({ name: "desk", routes: { billing, technical }, unsureBelow: 0.8 });
 *
 * @throws ValidationError an option makes no sense
 */
export function router(options: RouterOptions): Flow<PatternInput, RouterResult> {
  const { name, routes } = options;
  const names = Object.keys(routes ?? {});
  if (names.length < 2) {
    throw new ValidationError(`pattern "${name}"`, [{ path: "routes", message: "needs two routes at least" }]);
  }
  const unsureBelow = fractionOf(name, "unsureBelow", options.unsureBelow ?? 0.7);
  const voice = new Voice(options, {
    route: "The task:\n{task}\n\nWho should do it?\n{routes}\n\nGive the name, why, and how sure you are (0 to 1).",
  });
  const route = { type: "string", enum: names };
  const list = Object.entries(routes).map(([key, member]) => `${key} (${introduced(member)})`);
  const cases = names.map((key) => [
    (choice: Choice) => choice.route === key,
    (chain: AnyChain) =>
      chain.call(`to ${key}`.replaceAll(".", "-"), async (ctx: WorkflowContext, choice: Choice) => {
        const { reason, confidence, routedBy } = choice;
        await beforeStep(ctx, key, choice.asked);
        const answer = await workOf(ctx, routes[key] as Member, choice.asked.task);
        return { ...proposed(answer, confidence), route: key, reason, routedBy };
      }),
  ]);
  const chain = begin(options, about.router, voice)
    .call("route", async (ctx, asked): Promise<Choice> => {
      const fields = { route, reason: words, confidence: fraction };
      const choice = await voice.ask<Omit<Choice, "asked">>(ctx, "route", asked, { routes: list }, fields);
      return { ...choice, asked, routedBy: null };
    })
    .branch(
      [
        [
          ({ confidence }) => confidence < unsureBelow,
          (unsure) =>
            unsure
              .hold("choose", ({ asked, ...choice }) => ({
                title: `Who should do it? The model is ${Math.round(choice.confidence * 100)} % sure of ${choice.route}.`,
                context: { task: asked.task, proposed: choice },
                form: fromJsonSchema(fieldsOf({ route })),
                ...(options.reviewers && { reviewers: options.reviewers }),
                ...(options.severity && { severity: options.severity }),
                ...(options.deadline && { deadline: options.deadline }),
              }))
              .map((choice, { choose }): Choice => {
                const { value, by } = choose as { value: { route: string }; by: string | null };
                return { ...choice, route: value.route, routedBy: by };
              }),
        ],
      ],
      { name: "sure enough to go" },
    )
    .branch(cases as never, { name: "routes" });
  return settled(chain as never, options as never) as never;
}

// biome-ignore lint/suspicious/noExplicitAny: a branch of the chain, whatever came before
type AnyChain = any;
