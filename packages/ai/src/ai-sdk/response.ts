import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { AssistantPart, PartMetadata, ToolCallPart } from "../model/message.ts";
import type { FinishReason } from "../model/model.ts";
import type { Usage } from "../model/usage.ts";

/** The parts of an answer that a conversation goes on with. */
export function contentOf(content: readonly LanguageModelV4Content[]): AssistantPart[] {
  return content.flatMap((part): AssistantPart[] => {
    if (part.type === "text" || part.type === "reasoning") {
      return [{ type: part.type, text: part.text, ...metadataOf(part.providerMetadata) }];
    }
    // What a provider's own tools did is done already.
    if (part.type === "tool-call" && part.providerExecuted !== true) return [toolCallOf(part)];
    return [];
  });
}

/** A tool call; models write their arguments as text, which need not be JSON. */
export function toolCallOf(part: LanguageModelV4ToolCall): ToolCallPart {
  const call = { type: "tool-call", id: part.toolCallId, name: part.toolName } as const;
  const metadata = metadataOf(part.providerMetadata);
  try {
    return { ...call, args: part.input.trim() === "" ? {} : (JSON.parse(part.input) as unknown), ...metadata };
  } catch {
    return { ...call, args: part.input, invalid: "they are not JSON", ...metadata };
  }
}

/** What a provider wants back with the part, where there is anything. */
export function metadataOf(metadata: SharedV4ProviderMetadata | undefined): { metadata?: PartMetadata } {
  if (!metadata) return {};
  // A copy by way of JSON: it is recorded, and what it leaves undefined means nothing.
  const plain = JSON.parse(JSON.stringify(metadata)) as PartMetadata;
  return Object.values(plain).some((fields) => Object.keys(fields).length > 0) ? { metadata: plain } : {};
}

export function finishOf({ unified }: LanguageModelV4FinishReason): FinishReason {
  return unified === "interrupted" ? "other" : unified;
}

export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage {
  return {
    input: inputTokens.total ?? null,
    output: outputTokens.total ?? null,
    cacheRead: inputTokens.cacheRead ?? null,
    cacheWrite: inputTokens.cacheWrite ?? null,
    reasoning: outputTokens.reasoning ?? null,
  };
}

/** What of a request was not honoured, in words. */
export function warningsOf(warnings: readonly SharedV4Warning[] | undefined): { warnings?: string[] } {
  if (!warnings || warnings.length === 0) return {};
  const said = warnings.map((warning) => {
    const { type, ...more } = warning as { type: string; message?: string; feature?: string; details?: string };
    return [type, more.feature, more.message, more.details].filter(Boolean).join(": ");
  });
  return { warnings: said };
}

/** Probabilities of tokens, in whichever of its two shapes OpenAI's adapter has them: a list, or one for each part. */
export function logprobsOf(metadata: SharedV4ProviderMetadata | undefined): { logprobs?: number[] } {
  const given = metadata?.openai?.logprobs;
  if (!Array.isArray(given)) return {};
  const found = given.flat().flatMap((one) => {
    const logprob = (one as { logprob?: unknown } | null)?.logprob;
    return typeof logprob === "number" ? [logprob] : [];
  });
  return found.length > 0 ? { logprobs: found } : {};
}
