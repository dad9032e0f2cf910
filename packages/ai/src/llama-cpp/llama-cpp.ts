import { ModelError } from "../errors.ts";
import { eventsOf } from "../model/answer.ts";
import { type AssistantPart, toolCallsOf } from "../model/message.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";
import { CallGate } from "../models/limits.ts";
import { answerSchema, callable, contentOf, historyOf } from "./conversation.ts";
import {
  type ChatItem,
  installedLibrary,
  type Llama,
  type LlamaChat,
  type LlamaContext,
  type LlamaCppLibrary,
  type LlamaModel,
} from "./library.ts";
import { Pieces } from "./pieces.ts";

/** What `llamaCpp` takes. */
export interface LlamaCppOptions {
  /** The model's file, in GGUF. */
  path: string;
  /** `provider/model`: prices and records go by it. Default: `llama-cpp/` and the file's name. */
  id?: string;
  /** The most tokens of one conversation, its answer included. Default 8,192. */
  contextSize?: number;
  /** The most tokens of one answer, where the request does not say. Default 2,048. */
  maxTokens?: number;
  /** How many calls are answered at once; each takes memory of its own for its conversation. Default 1, the others wait. */
  concurrency?: number;
  /** Processor threads. Default: as many as the library finds useful. */
  threads?: number;
  /** Whether to use a graphics processor. Default: where there is one that can. */
  gpu?: "auto" | false;
  /** The package `node-llama-cpp` itself, where it cannot be found by its name. */
  library?: () => Promise<LlamaCppLibrary>;
}

/**
 * A model in a file of your own, run in this process by llama.cpp: no server, no key, and nothing leaves the machine. Needs the package
 * `node-llama-cpp`. The model is loaded by the first call and let go by `close`.
 *
 * A grammar holds structured answers and tool calls to their schemas while they are written, so that also small models give JSON that fits.
 *
 * @example
 * const local = llamaCpp({ path: "models/llama-3.2-3b-instruct-q4_k_m.gguf" });
 * const ai = models({ default: local });
 *
 * @throws ModelSetupError (by the first call) the package is not installed
 */
export function llamaCpp(options: LlamaCppOptions): LlamaCppModel {
  return new LlamaCppModel(options);
}

interface Loaded {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly library: LlamaCppLibrary;
}

/** Made by `llamaCpp`. */
export class LlamaCppModel implements Model {
  readonly id: string;
  readonly #options: LlamaCppOptions;
  readonly #gate: CallGate;
  readonly #idle: LlamaChat[] = [];
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;

  constructor(options: LlamaCppOptions) {
    const file = options.path.split(/[\\/]/).at(-1) ?? options.path;
    this.id = options.id ?? `llama-cpp/${file.replace(/\.gguf$/, "")}`;
    this.#options = options;
    this.#gate = new CallGate(this.id, { concurrency: options.concurrency ?? 1 });
  }

  generate(request: ModelRequest, call: ModelCall = {}): Promise<ModelResponse> {
    return this.#answer(request, call);
  }

  /** Words come as they are made; tool calls, and answers of requests with tools, when they are whole. */
  async *stream(request: ModelRequest, call: ModelCall = {}): AsyncGenerator<ModelEvent> {
    if (callable(request).length > 0) {
      yield* eventsOf(await this.#answer(request, call));
      return;
    }
    const pieces = new Pieces<ModelEvent>();
    const done = this.#answer(request, call, (delta) => pieces.push({ type: "text", delta }));
    done.then(
      () => pieces.end(),
      () => pieces.end(),
    );
    yield* pieces.all();
    yield { type: "finish", response: await done };
  }

  /** Lets the model and its memory go. A later call loads it again. */
  async close(): Promise<void> {
    const loading = this.#loading;
    this.#loading = undefined;
    this.#loaded = undefined;
    for (const chat of this.#idle.splice(0)) chat.dispose();
    const loaded = await loading?.catch(() => undefined);
    await loaded?.context.dispose();
    await loaded?.model.dispose();
    await loaded?.llama.dispose();
  }

  async #answer(request: ModelRequest, call: ModelCall, onText?: (text: string) => void): Promise<ModelResponse> {
    const history = historyOf(request, this.id);
    const leave = await this.#gate.enter(call.signal);
    try {
      const loaded = await this.#load();
      const chat = this.#idle.pop() ?? new loaded.library.LlamaChat({ contextSequence: loaded.context.getSequence() });
      try {
        return await this.#ask(loaded, chat, history, request, call, onText);
      } finally {
        if (this.#loaded === loaded) this.#idle.push(chat);
      }
    } finally {
      leave();
    }
  }

  async #ask(
    { llama, model }: Loaded,
    chat: LlamaChat,
    history: readonly ChatItem[],
    request: ModelRequest,
    call: ModelCall,
    onText?: (text: string) => void,
  ): Promise<ModelResponse> {
    const { temperature, topP, seed, stop, reasoning } = request;
    const asked: ChatItem[] = [...history, { type: "model", response: [] }];
    const input = chat.chatWrapper
      .generateContextState({ chatHistory: asked })
      .contextText.tokenize(model.tokenizer).length;
    const maxTokens = this.#room(input, request);
    const schema = answerSchema(request);
    const before = chat.sequence.tokenMeter.getState();
    const { response, fullResponse, metadata } = await chat.generateResponse(asked, {
      maxTokens,
      ...(schema && { grammar: await llama.createGrammarForJsonSchema(schema) }),
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(seed !== undefined && { seed }),
      ...(stop && { customStopTriggers: stop }),
      ...(reasoning === "none" && { budgets: { thoughtTokens: 0 } }),
      ...(call.signal && { signal: call.signal }),
      ...(onText && { onTextChunk: onText }),
    });
    const used = chat.sequence.tokenMeter.diff(before);
    const turn = 1 + request.messages.filter(({ role }) => role === "assistant").length;
    const thoughts = fullResponse.flatMap((part): AssistantPart[] =>
      typeof part !== "string" && part.segmentType === "thought" ? [{ type: "reasoning", text: part.text }] : [],
    );
    const content = [...thoughts, ...contentOf(request, response, turn)];
    return {
      content,
      finish: finishOf(metadata.stopReason, content),
      rawFinish: metadata.stopReason,
      usage: {
        input,
        output: used.usedOutputTokens,
        cacheRead: Math.max(0, input - used.usedInputTokens),
        cacheWrite: null,
        reasoning: null,
      },
      model: this.id,
      rawModel: null,
      rawId: null,
      requestId: null,
    };
  }

  /** How long the answer may be. Beyond the context the library would leave out what was said first, and nobody would know. */
  #room(input: number, { maxTokens = this.#options.maxTokens ?? 2048 }: ModelRequest): number {
    const most = this.#options.contextSize ?? 8192;
    const left = most - input - 2;
    if (left >= 1) return Math.min(maxTokens, left);
    throw new ModelError(`the conversation takes ${input} tokens, and contextSize is ${most}`, {
      model: this.id,
      retryable: false,
    });
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#loadNow().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #loadNow(): Promise<Loaded> {
    const { path, contextSize = 8192, concurrency = 1, threads, gpu = "auto" } = this.#options;
    const library = await installedLibrary(this.id, this.#options.library);
    // Only what came with the package: nothing is downloaded or compiled in the middle of a run.
    const llama = await library.getLlama({
      gpu,
      build: "never",
      skipDownload: true,
      logLevel: "error",
      progressLogs: false,
    });
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({
      contextSize,
      sequences: concurrency,
      ...(threads !== undefined && { threads }),
    });
    this.#loaded = { llama, model, context, library };
    return this.#loaded;
  }
}

function finishOf(reason: string, content: readonly AssistantPart[]): ModelResponse["finish"] {
  if (reason === "maxTokens") return "length";
  if (reason === "abort") return "error";
  return toolCallsOf(content).length > 0 ? "tool-calls" : "stop";
}
