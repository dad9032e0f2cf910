import type { Duration, HoldTrigger, LadderStep, Reviewers, Severity, StandardSchemaV1 } from "@holdpoint/core";
import type { Guardrails } from "../guardrails/guardrails.ts";
import type { ModelChoice } from "../models/models.ts";
import type { ModelStepOptions } from "../step/model-step.ts";

/** What a run of a pattern is started with. */
export interface PatternInput {
  /** What is asked, or to be done. */
  readonly task: string;
  /** In the place of the pattern's own prompts, for this run: by the name of the step. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Other numbers for this run, by the name of the option: `{ rounds: 1 }`. Never more than the pattern was made with; `temperature` is free. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Waits before each call until somebody sends the signal `next STEP`: `run.signal("next think", null)`. Default: goes on by itself. */
  readonly stepByStep?: boolean;
}

/** Why there is no answer. It is the run's outcome, too. */
export type Unsettled = "no-answer" | "no-consensus" | "no-evidence" | "not-approved" | "rejected";

/** What every pattern gives, beside what is its own. */
export interface PatternResult<Answer = string> {
  /** `answered` by the models, `decided` by a person; otherwise why there is no answer. */
  readonly outcome: "answered" | "decided" | Unsettled;
  /** Null where there is none: a pattern that came to no answer says so, and makes none up. */
  readonly answer: Answer | null;
  /** 0 to 1; null where nothing says it. */
  readonly confidence: number | null;
  /** Who decided, where a person did. */
  readonly decidedBy: string | null;
}

/** Who is asked, and when. */
export interface PatternGate {
  /** Asks a person before an answer counts, when one of these fires: `[{ confidenceBelow: 0.8 }]`. Default: nobody is asked. */
  holdWhen?: readonly HoldTrigger[];
  /** When there is no answer: the run ends and says so, or waits for a person to give one. Default `end`. */
  whenUnsettled?: "end" | "hold";
  /** Who may decide in either case. */
  reviewers?: Reviewers;
  /** Default `medium`. */
  severity?: Severity;
  /** What happens when nobody answers. Default: it stays open. */
  deadline?: readonly ({ after: Duration; expire: true } | LadderStep)[];
}

/** What every pattern may be told. `Steps` are the names of its model calls. */
export interface PatternOptions<Steps extends string, S extends StandardSchemaV1 | undefined = undefined>
  extends Omit<ModelStepOptions, "cache">,
    PatternGate {
  /** The flow's name. */
  name: string;
  /** Raise it when you change what live runs would notice. Default 1. */
  version?: number;
  /** Who the models are to be, said before everything. */
  system?: string;
  /** In the place of what the steps say; `{task}` and the like are filled in. */
  prompts?: Partial<Record<Steps, string>>;
  /** Other models for some of the steps: a critic that is not the writer. */
  models?: Partial<Record<Steps, ModelChoice>>;
  /** What is looked at before and after each of its model calls. */
  guardrails?: Guardrails;
  temperature?: number;
  maxTokens?: number;
  /** The shape of the answer: any Standard Schema that also says its JSON Schema. Default: words. */
  output?: S;
}
