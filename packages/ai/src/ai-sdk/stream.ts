import type {
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { ModelError } from "../errors.ts";
import type { AssistantPart } from "../model/message.ts";
import type { ModelEvent, ModelResponse } from "../model/model.ts";
import { finishOf, logprobsOf, metadataOf, toolCallOf, usageOf, warningsOf } from "./response.ts";

/** A block of text that is on its way. */
interface Block {
  readonly type: "text" | "reasoning";
  text: string;
  metadata: SharedV4ProviderMetadata | undefined;
}

type End = {
  usage: LanguageModelV4Usage;
  finishReason: LanguageModelV4FinishReason;
  providerMetadata?: SharedV4ProviderMetadata;
};

/** A stream of the AI SDK as ours; ends with the whole answer, or throws when it was cut before its end. */
export async function* readStream(
  id: string,
  stream: ReadableStream<LanguageModelV4StreamPart>,
  requestId: string | null,
): AsyncGenerator<ModelEvent> {
  const answer = new GrowingAnswer();
  for await (const part of stream) {
    if (part.type === "error") throw part.error;
    const event = answer.take(part);
    if (event) yield event;
  }
  const response = answer.response(id, requestId);
  if (!response)
    throw new ModelError("its stream was cut before the end of the answer", { model: id, retryable: true });
  yield { type: "finish", response };
}

class GrowingAnswer {
  readonly #parts: (Block | Extract<AssistantPart, { type: "tool-call" }>)[] = [];
  readonly #blocks = new Map<string, Block>();
  #rawId: string | null = null;
  #rawModel: string | null = null;
  #warnings: { warnings?: string[] } = {};
  #end: End | null = null;

  /** Takes a piece in; gives what somebody who looks on is to see of it. */
  take(part: LanguageModelV4StreamPart): ModelEvent | null {
    switch (part.type) {
      case "stream-start":
        this.#warnings = warningsOf(part.warnings);
        return null;
      case "response-metadata":
        this.#rawId = part.id ?? this.#rawId;
        this.#rawModel = part.modelId ?? this.#rawModel;
        return null;
      case "text-start":
      case "reasoning-start":
      case "text-end":
      case "reasoning-end":
        this.#block(part).metadata ??= part.providerMetadata;
        if (part.providerMetadata) this.#block(part).metadata = part.providerMetadata;
        return null;
      case "text-delta":
      case "reasoning-delta":
        this.#block(part).text += part.delta;
        return part.delta === "" ? null : { type: kindOf(part.type), delta: part.delta };
      case "tool-call": {
        if (part.providerExecuted === true) return null;
        const call = toolCallOf(part);
        this.#parts.push(call);
        return { type: "tool-call", call };
      }
      case "finish":
        this.#end = part;
        return null;
      default:
        return null;
    }
  }

  response(id: string, requestId: string | null): ModelResponse | null {
    const end = this.#end;
    if (!end || wasCut(end.finishReason)) return null;
    const content = this.#parts.flatMap((part): AssistantPart[] => {
      if (part.type === "tool-call") return [part];
      if (part.text === "" && !part.metadata) return [];
      return [{ type: part.type, text: part.text, ...metadataOf(part.metadata) }];
    });
    return {
      content,
      finish: finishOf(end.finishReason),
      rawFinish: end.finishReason.raw ?? null,
      usage: usageOf(end.usage),
      model: id,
      rawModel: this.#rawModel,
      rawId: this.#rawId,
      requestId,
      ...logprobsOf(end.providerMetadata),
      ...this.#warnings,
    };
  }

  #block({ type, id }: { type: string; id: string }): Block {
    const kind = kindOf(type);
    const key = `${kind} ${id}`;
    let block = this.#blocks.get(key);
    if (!block) {
      block = { type: kind, text: "", metadata: undefined };
      this.#blocks.set(key, block);
      this.#parts.push(block);
    }
    return block;
  }
}

/**
 * Whether a stream ended before its provider said why. The SDK's adapters close such a stream as `interrupted`, or with a reason that is
 * nobody's: taken for an answer it would be recorded, and cut short for ever.
 */
export const wasCut = ({ unified, raw }: LanguageModelV4FinishReason): boolean =>
  unified === "interrupted" || (unified === "other" && raw === undefined);

const kindOf = (type: string): "text" | "reasoning" => (type.startsWith("text") ? "text" : "reasoning");
