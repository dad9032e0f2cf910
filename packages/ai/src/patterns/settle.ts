import type { StandardSchemaV1, WorkflowContext } from "@holdpoint/core";
import { type Chain, type Ends, type Flow, flow, otherwise, type Start } from "@holdpoint/flow";
import { spendingOf } from "../step/run-spending.ts";
import type { About } from "./about.ts";
import { inputOf } from "./input.ts";
import type { PatternInput, PatternOptions, PatternResult, Unsettled } from "./pattern.ts";
import { shape, words } from "./shape.ts";
import type { Voice } from "./voice.ts";

type AnyOptions = PatternOptions<string, StandardSchemaV1 | undefined>;
type Proposal = PatternResult<unknown>;
// biome-ignore lint/suspicious/noExplicitAny: what came before does not matter to its end
type AnyChain<Value> = Chain<any, Value, any, never>;

/** The beginning of every pattern. */
export function begin({ name, version = 1 }: AnyOptions, about: About, voice?: Voice<never>) {
  const { description, ...pattern } = about;
  return flow(name, { input: voice?.input ?? inputOf(), version, description, meta: { pattern } });
}

/** Where a pattern got to by itself. */
export function proposed<Answer>(
  answer: Answer | null,
  confidence: number | null,
  otherwiseIt: Unsettled = "no-answer",
): PatternResult<Answer> {
  const outcome = answer === null ? otherwiseIt : "answered";
  return { outcome, answer, confidence: confidence === null ? null : rounded(confidence), decidedBy: null };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The end of every pattern: a person accepts an answer that is not sure enough, or gives one where there is none. */
export function settled<Result extends Proposal>(
  chain: AnyChain<Result>,
  options: AnyOptions,
): Flow<PatternInput, Result> {
  const accepted = options.holdWhen ? accepting(chain as AnyChain<Proposal>, options) : chain;
  const given = options.whenUnsettled === "hold" ? asking(accepted as AnyChain<Proposal>, options) : accepted;
  const ended = (given as AnyChain<Proposal>).call("end", (ctx: WorkflowContext, result: Proposal) => {
    if (result.answer === null) ctx.outcome(result.outcome);
    return result;
  });
  return ended.build() as Flow<PatternInput, Result>;
}

const gateOf = ({ reviewers, severity, deadline }: AnyOptions) => ({
  ...(reviewers && { reviewers }),
  ...(severity && { severity }),
  ...(deadline && { deadline }),
});

function accepting(chain: AnyChain<Proposal>, options: AnyOptions): AnyChain<Proposal> {
  const accept = (one: AnyChain<Proposal>): Ends<Proposal> =>
    one
      .call("spent", (ctx: WorkflowContext, proposal: Proposal) => ({ proposal, cost: spendingOf(ctx).cost }))
      .approve("accept", ({ proposal, cost }) => ({
        title: `Does the answer of ${options.name} count?`,
        context: proposal,
        holdWhen: options.holdWhen ?? [],
        facts: { ...(proposal.confidence !== null && { confidence: proposal.confidence }), cost },
        ...gateOf(options),
      }))
      .ifApproved((yes) => yes.map(({ proposal }, seen) => ({ ...proposal, decidedBy: byOf(seen.accept) })))
      .ifRejected((no) =>
        no.map(({ proposal }, seen) => ({
          ...proposal,
          outcome: "rejected" as const,
          answer: null,
          decidedBy: byOf(seen.accept),
        })),
      ) as never;
  return chain.branch(
    [
      [({ answer }: Proposal) => answer !== null, accept as never],
      [otherwise, (one: AnyChain<Proposal>) => one],
    ],
    { name: "sure enough" },
  ) as unknown as AnyChain<Proposal>;
}

const byOf = (decision: unknown): string | null => (decision as { by: string | null }).by;

function asking(chain: AnyChain<Proposal>, options: AnyOptions): AnyChain<Proposal> {
  const form = shape<{ answer: unknown }>({ answer: words }, options.output);
  const ask = (one: AnyChain<Proposal>): Ends<Proposal> =>
    one
      .hold("decide", (proposal: Proposal) => ({
        title: `${options.name} came to no answer (${proposal.outcome}). What is it?`,
        context: proposal,
        form,
        ...gateOf(options),
      }))
      .map((proposal, { decide }) => ({
        ...proposal,
        outcome: "decided" as const,
        answer: (decide as { value: { answer: unknown } }).value.answer,
        decidedBy: byOf(decide),
      })) as never;
  return chain.branch(
    [
      [({ answer }: Proposal) => answer === null, ask as never],
      [otherwise, (one: AnyChain<Proposal>) => one],
    ],
    { name: "answered" },
  ) as unknown as AnyChain<Proposal>;
}

/** A chain as a pattern goes on with it. */
export type Begun<Value> = Chain<Start<PatternInput, PatternInput>, Value, Record<never, never>, never>;
