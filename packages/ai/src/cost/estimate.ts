import type { ModelRequest } from "../model/model.ts";
import type { Usage } from "../model/usage.ts";

/** What an answer is taken to have where the request does not limit it. */
export const assumedOutput = 1024;

/**
 * Tokens of a request before it is sent. Without a tokenizer they go by the size of what is sent, three bytes to a token: more than
 * English takes (four), so that a budget errs on the safe side. `output` is the request's `maxTokens`, else 1,024.
 *
 * @param count counts the tokens of a text: `countTokens` of `gpt-tokenizer`, say
 */
export function estimateUsage(request: ModelRequest, count: (text: string) => number = bySize): Usage {
  const { messages, tools, output } = request;
  // Files are counted by their providers' own rules, of which size is no measure.
  const text = JSON.stringify([messages, tools ?? [], output?.schema ?? null], (key, value: unknown) =>
    key === "base64" ? "" : value,
  );
  return { input: count(text), output: request.maxTokens ?? assumedOutput, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
}

const bySize = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);
