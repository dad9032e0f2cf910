import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";

/** One turn of a scripted model of the AI SDK: words, or tools to call. */
export type SdkTurn = string | readonly { name: string; args: unknown }[];

/** A model of the AI SDK that says turn after turn what it was told to; which turn it is is read off the prompt. */
export function scriptedSdkModel(
  turns: readonly SdkTurn[],
  onCall: (turn: number, prompt: LanguageModelV4CallOptions["prompt"]) => unknown = () => {},
): LanguageModelV4 {
  const answerTo = async ({ prompt }: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
    const turn = 1 + prompt.filter(({ role }) => role === "assistant").length;
    await onCall(turn, prompt);
    const said = turns[turn - 1];
    if (said === undefined) throw new Error(`turn ${turn} is not in the script`);
    const calls = typeof said === "string" ? [] : said;
    return {
      content: [
        ...(typeof said === "string" ? [{ type: "text" as const, text: said }] : []),
        ...calls.map(({ name, args }, index) => ({
          type: "tool-call" as const,
          toolCallId: `call_${turn}_${index + 1}`,
          toolName: name,
          input: JSON.stringify(args),
        })),
      ],
      finishReason: { unified: calls.length > 0 ? "tool-calls" : "stop", raw: undefined },
      usage: {
        inputTokens: { total: 10 * turn, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: 5, text: undefined, reasoning: undefined },
      },
      response: { id: `answer-${turn}`, modelId: "scripted-1", timestamp: new Date(0) },
      warnings: [],
    };
  };
  return {
    specificationVersion: "v4",
    provider: "scripted.chat",
    modelId: "sdk",
    supportedUrls: {},
    doGenerate: answerTo,
    doStream: async (call) => {
      const { content, finishReason, usage } = await answerTo(call);
      const parts: LanguageModelV4StreamPart[] = [{ type: "stream-start", warnings: [] }];
      for (const part of content) {
        if (part.type === "tool-call") parts.push(part);
        if (part.type !== "text") continue;
        parts.push({ type: "text-start", id: "1" });
        for (const delta of part.text.match(/\S+\s*/g) ?? []) parts.push({ type: "text-delta", id: "1", delta });
        parts.push({ type: "text-end", id: "1" });
      }
      parts.push({ type: "finish", finishReason, usage });
      return { stream: ReadableStream.from(parts) };
    },
  };
}
