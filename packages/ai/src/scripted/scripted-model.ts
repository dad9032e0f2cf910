import { ValidationError } from "@holdpoint/core";
import { eventsOf } from "../model/answer.ts";
import { type AssistantPart, type Message, textOf, toolCallsOf } from "../model/message.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";
import type { Usage } from "../model/usage.ts";
import { scriptedVector } from "./scripted-vector.ts";

/** One answer of a scripted model. */
export interface ScriptedReply {
  /** The words of the answer. */
  text?: string;
  /** A structured answer: its JSON is the text. */
  output?: unknown;
  /** Tools to call. Ids are made up where none are given: `call_<turn>_<index>`. */
  calls?: readonly { name: string; args?: unknown; id?: string }[];
  /** What it thought. */
  reasoning?: string;
  /** In the place of the estimate: four characters of JSON to a token. */
  usage?: Partial<Usage>;
  /** In the place of `stop` or `tool-calls`. */
  finish?: ModelResponse["finish"];
  /** Thrown in the place of an answer. */
  error?: Error;
}

/** Decides what to answer from the request, which turn of the conversation this is (from 1), and how often this model was asked. */
export type Script = (
  request: ModelRequest,
  at: { turn: number; call: number },
) => string | ScriptedReply | Promise<string | ScriptedReply>;

/**
 * A stand-in for a model, for tests and for examples without a key. It does not think: it says what its script says.
 *
 * A list is one conversation, an entry for each turn: which one is asked for is read off the request (how many answers it has
 * already), so that a process that was killed goes on where it was. A function decides from the request. `requests` has
 * everything it was asked in this process.
 *
 * @example
 * const model = scriptedModel([
 *   { calls: [{ name: "lookup", args: { orderId: "A-7" } }] },
 *   "Your order is on its way.",
 * ]);
 */
export function scriptedModel(script: readonly (string | ScriptedReply)[] | Script, name = "model"): ScriptedModel {
  return new ScriptedModel(script, name);
}

/** Made by `scriptedModel`. */
export class ScriptedModel implements Model {
  readonly id: string;
  /** What it was asked in this process, in order. */
  readonly requests: ModelRequest[] = [];
  readonly #script: readonly (string | ScriptedReply)[] | Script;

  constructor(script: readonly (string | ScriptedReply)[] | Script, name: string) {
    this.id = `scripted/${name}`;
    this.#script = script;
  }

  async generate(request: ModelRequest, call: ModelCall = {}): Promise<ModelResponse> {
    call.signal?.throwIfAborted();
    this.requests.push(request);
    const turn = 1 + request.messages.filter(({ role }) => role === "assistant").length;
    const given = await this.#reply(request, turn);
    const reply: ScriptedReply = typeof given === "string" ? { text: given } : given;
    if (reply.error) throw reply.error;
    const content = partsOf(reply, turn);
    return {
      content,
      finish: reply.finish ?? (toolCallsOf(content).length > 0 ? "tool-calls" : "stop"),
      rawFinish: null,
      usage: { ...estimate(request, content), ...reply.usage },
      model: this.id,
      rawModel: null,
      rawId: `scripted-${turn}`,
      requestId: null,
    };
  }

  /** The words one by one. */
  async *stream(request: ModelRequest, call: ModelCall = {}): AsyncGenerator<ModelEvent> {
    const response = await this.generate(request, call);
    for (const event of eventsOf(response)) {
      if (event.type !== "text" && event.type !== "reasoning") yield event;
      else for (const delta of event.delta.match(/\S+\s*|\s+/g) ?? []) yield { type: event.type, delta };
    }
  }

  /** Vectors of hashed words: texts with the same words are near each other, and that is all it knows of them. */
  async embed(texts: readonly string[]): Promise<{ vectors: number[][]; usage: Usage; model: string }> {
    const input = Math.ceil(texts.join("").length / 4);
    return {
      vectors: texts.map(scriptedVector),
      usage: { input, output: 0, cacheRead: null, cacheWrite: null, reasoning: null },
      model: this.id,
    };
  }

  async #reply(request: ModelRequest, turn: number): Promise<string | ScriptedReply> {
    if (typeof this.#script === "function") return this.#script(request, { turn, call: this.requests.length });
    const reply = this.#script[turn - 1];
    if (reply !== undefined) return reply;
    throw new ValidationError(`the script of ${this.id}`, [
      { path: String(turn - 1), message: `is missing: it was asked for turn ${turn} of ${heard(request.messages)}` },
    ]);
  }
}

function partsOf({ reasoning, text, output, calls = [] }: ScriptedReply, turn: number): AssistantPart[] {
  const words = text ?? (output === undefined ? "" : JSON.stringify(output));
  return [
    ...(reasoning ? [{ type: "reasoning" as const, text: reasoning }] : []),
    ...(words ? [{ type: "text" as const, text: words }] : []),
    ...calls.map(({ name, args = {}, id }, index) => ({
      type: "tool-call" as const,
      id: id ?? `call_${turn}_${index + 1}`,
      name,
      args,
    })),
  ];
}

/** Four characters to a token, so that budgets and totals have something to count. */
function estimate(request: ModelRequest, content: readonly AssistantPart[]): Usage {
  const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);
  return { input: tokens(request.messages), output: tokens(content), cacheRead: 0, cacheWrite: 0, reasoning: 0 };
}

function heard(messages: readonly Message[]): string {
  const last = messages.at(-1);
  if (!last) return "an empty conversation";
  const words = last.role === "assistant" ? textOf(last.content) : JSON.stringify(last.content);
  return `a conversation that ends with ${last.role}: ${words.slice(0, 200)}`;
}
