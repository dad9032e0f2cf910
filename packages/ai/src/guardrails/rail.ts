import type { Model, ModelRequest, ModelResponse } from "../model/model.ts";
import type { ModelChoice } from "../models/models.ts";

/**
 * Where a rail looks. `input`: what a user says. `output`: what a model answers, before anything uses it. `tool-call`: the arguments
 * of a call; `tool-result`: what came of it. `retrieval`: each passage that was found. `dialogue`: the whole conversation, before each
 * call of the model.
 */
export type RailPlace = "input" | "output" | "tool-call" | "tool-result" | "retrieval" | "dialogue";

/** All places, in the order in which a turn comes by them. */
export const railPlaces: readonly RailPlace[] = [
  "input",
  "dialogue",
  "output",
  "tool-call",
  "tool-result",
  "retrieval",
];

/** Places as they are written: `tool` is both sides of a call. */
export type RailPlaces = RailPlace | "tool" | readonly (RailPlace | "tool")[];

/** Something a rail found. */
export interface RailFinding {
  /** What it is: `email`, `override`, a word of a list. */
  readonly type: string;
  /** Where it begins in the text that was looked at. */
  readonly start: number;
  /** Where it ends: `text.slice(start, end)`. */
  readonly end: number;
  /** How sure, 0 to 1. Absent where there is no more or less. */
  readonly score?: number;
}

/** What a rail says. `modify` goes on with another text, `hold` asks a person. */
export type RailVerdict =
  | { readonly action: "allow"; readonly findings?: readonly RailFinding[]; readonly score?: number }
  | {
      readonly action: "modify";
      /** In the place of what was looked at. */
      readonly value: unknown;
      readonly reason: string;
      readonly findings?: readonly RailFinding[];
      readonly score?: number;
    }
  | {
      readonly action: "block" | "hold";
      /** For whoever is told of it: a sentence, without what it is about. */
      readonly reason: string;
      readonly findings?: readonly RailFinding[];
      readonly score?: number;
    };

/** What a rail looks at. */
export interface RailContent {
  /**
   * A text; for a rail that is `whole`, what stands there as it is: a text, the arguments of a call, a tool's result, for `dialogue`
   * the messages.
   */
  readonly value: unknown;
  /** The same as a text: JSON, where it is none. */
  readonly text: string;
  readonly place: RailPlace;
  /** The tool, for `tool-call`, `tool-result` and `retrieval` by a tool. */
  readonly tool?: string;
  /** Where in the value this text stands: `customer.mail`. Empty for a text by itself. */
  readonly path: string;
}

/** What a rail may use. */
export interface RailInfo {
  readonly signal?: AbortSignal;
  /** A word that stands for this value, the same in the whole run: tools that may know it get the value back. */
  placeholder(type: string, value: string): string;
}

/** How a rail that asks a model does so. The call is a step of its own, counted and replayed like any other. */
export interface RailQuestion {
  /** Which model. Default: that of `models({ default })`. */
  readonly model?: ModelChoice | Model;
  /** What is asked. Pure. */
  request(content: RailContent): ModelRequest;
  /** What the answer says. Pure. What it throws blocks. */
  verdict(response: ModelResponse, content: RailContent): RailVerdict;
}

/**
 * A rail: looks at what passes and says whether it may. Give it `check`, or `ask` for a question to a model.
 *
 * @example
 * const noPrices: Rail = {
 *   name: "no prices",
 *   on: "output",
 *   check: ({ text }) => (/\d+ dollars/.test(text) ? { action: "hold", reason: "It names a price." } : { action: "allow" }),
 * };
 */
export interface Rail {
  /** Stands in verdicts, holds and errors. */
  readonly name: string;
  /** Where it looks. */
  readonly on: RailPlaces;
  /** Looks at the value as it is, not at each text in it. */
  readonly whole?: boolean;
  /**
   * It judges the beginning of an answer as it would the whole, and at once: what it has passed may be streamed on. Where a rail of
   * `output` is not so, nothing of an answer is streamed before all of it was checked.
   */
  readonly incremental?: boolean;
  /** Looks, in a recorded step: it may call services. What it throws blocks. */
  check?(content: RailContent, info: RailInfo): RailVerdict | Promise<RailVerdict>;
  /** Asks a model, in the place of `check`. */
  readonly ask?: RailQuestion;
  /** Types of placeholders that a tool gets the values of, by the tool's name. */
  readonly reveal?: Readonly<Record<string, readonly string[] | true>>;
}

/** Whether a rail looks at this place. */
export function looksAt({ on }: Rail, place: RailPlace): boolean {
  const places = typeof on === "string" ? [on] : on;
  return places.some((one) => one === place || (one === "tool" && place.startsWith("tool-")));
}
