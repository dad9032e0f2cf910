import type { JsonSchema } from "@holdpoint/core";
import type { AssistantPart, Message, ToolCallPart } from "./message.ts";
import type { Usage } from "./usage.ts";

/** A tool as a model is told of it. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** What is asked of a model. Plain JSON, so that it can be hashed, recorded and compared. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDeclaration[];
  /** `auto` (the default) lets the model choose, `required` makes it call some tool, a name makes it call that one. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  /** The answer must be JSON of this shape. */
  readonly output?: { readonly schema: JsonSchema; readonly name?: string };
  readonly temperature?: number;
  /** The most tokens the answer may have. */
  readonly maxTokens?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly reasoning?: "none" | "minimal" | "low" | "medium" | "high";
  /**
   * Asks the provider to cache the prompt: everything up to the last message. Providers that cache by themselves need no asking;
   * for Anthropic it sets the cache breakpoints.
   */
  readonly cachePrompt?: boolean;
  /** Asks for the probabilities of the answer's tokens: `logprobs` of the response. Where a provider has none it is passed over. */
  readonly logprobs?: boolean;
  /** Options of one provider, handed to its SDK as they are: `{ anthropic: { thinking: … } }`. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Why a model stopped. `length`: its answer is cut off. */
export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "error" | "other";

/** What a model answered, as it is recorded. */
export interface ModelResponse {
  readonly content: readonly AssistantPart[];
  readonly finish: FinishReason;
  /** The provider's own word for it; null where it says none. */
  readonly rawFinish: string | null;
  readonly usage: Usage;
  /** Who answered: the choice it was made by, `anthropic/claude-…`. */
  readonly model: string;
  /** The exact model, where the provider says it: `claude-…-20260201`. */
  readonly rawModel: string | null;
  /** The provider's id of this answer; null where it gives none. */
  readonly rawId: string | null;
  /** The provider's id of the request, for its support; null where it gives none. */
  readonly requestId: string | null;
  /** The logarithm of each token's probability, where it was asked for and the provider gives it. */
  readonly logprobs?: readonly number[];
  /** What of the request the provider did not honour. */
  readonly warnings?: readonly string[];
  /** Taken from the response cache: nothing was paid for it. */
  readonly cached?: true;
  /** Models that were tried before this one, and why each gave no answer. */
  readonly fallbacks?: readonly { readonly model: string; readonly reason: string }[];
}

/** A piece of an answer on its way; the last one is the whole. */
export type ModelEvent =
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  | { readonly type: "tool-call"; readonly call: ToolCallPart }
  | { readonly type: "finish"; readonly response: ModelResponse };

/** What a call may use besides its request. */
export interface ModelCall {
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** The same when the same call is made again: for servers that refuse to do a thing twice. */
  readonly idempotencyKey?: string;
}

/** Vectors for texts, in their order. */
export interface Embedding {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage;
  readonly model: string;
}

/**
 * A model, as everything here needs one: small, so that anything can be one, and plain, so that a call can be recorded, replayed,
 * cached and counted. Adapters come through the AI SDK (`models`, `fromAiSdk`); `scriptedModel` is for tests.
 *
 * @example
 * const echo: Model = {
 *   id: "local/echo",
 *   generate: async ({ messages }) => answer("local/echo", `You said: ${JSON.stringify(messages.at(-1)?.content)}`),
 * };
 */
export interface Model {
  /** `provider/model`. Prices, limits and records go by it. */
  readonly id: string;
  /** Answers. Throws `ModelError` when it cannot. */
  generate(request: ModelRequest, call?: ModelCall): Promise<ModelResponse>;
  /** Answers piece by piece, and ends with `finish`. A stream that is cut throws `ModelError`. Without it `generate` is used. */
  stream?(request: ModelRequest, call?: ModelCall): AsyncIterable<ModelEvent>;
  /** Turns texts into vectors, where the model can. */
  embed?(texts: readonly string[], call?: ModelCall): Promise<Embedding>;
}
