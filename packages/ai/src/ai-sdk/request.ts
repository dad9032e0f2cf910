import type {
  JSONValue,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import type { AssistantPart, FilePart, Message, TextPart, ToolResultPart } from "../model/message.ts";
import type { ModelCall, ModelRequest } from "../model/model.ts";

type Options = LanguageModelV4CallOptions;
type Assistant = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** A request in the words of the AI SDK. */
export function optionsOf(request: ModelRequest, call: ModelCall, provider: string): Options {
  const { tools, toolChoice, output, maxTokens, temperature, topP, stop, seed, reasoning } = request;
  const schema = output?.schema as never;
  return {
    prompt: promptOf(request, provider),
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function" as const,
        name,
        description,
        inputSchema: parameters as never,
      })),
    }),
    ...(toolChoice !== undefined && { toolChoice: choiceOf(toolChoice) }),
    ...(output && { responseFormat: { type: "json" as const, schema, ...(output.name && { name: output.name }) } }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(reasoning && { reasoning }),
    ...optionsWithLogprobs(request),
    ...(call.signal && { abortSignal: call.signal }),
    // The header that OpenAI's and Stripe's servers know; others pass over it.
    ...(call.idempotencyKey && { headers: { "idempotency-key": call.idempotencyKey } }),
  };
}

/** OpenAI's models are asked by an option of theirs; others have no such thing in the SDK. */
function optionsWithLogprobs({ providerOptions, logprobs }: ModelRequest): Pick<Options, "providerOptions"> {
  if (!providerOptions && !logprobs) return {};
  const openai = logprobs ? { openai: { logprobs: true, ...providerOptions?.openai } } : {};
  return { providerOptions: { ...providerOptions, ...openai } as NonNullable<Options["providerOptions"]> };
}

function choiceOf(choice: NonNullable<ModelRequest["toolChoice"]>): NonNullable<Options["toolChoice"]> {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.name };
}

/** Anthropic's cache breakpoints: after the instructions, and after the last message. */
const breakpoint = { anthropic: { cacheControl: { type: "ephemeral" } } };

function promptOf({ messages, cachePrompt }: ModelRequest, provider: string): LanguageModelV4Message[] {
  const prompt = messages.map(messageOf);
  if (!cachePrompt || !provider.startsWith("anthropic")) return prompt;
  const last = prompt.length - 1;
  return prompt.map((message, index) =>
    message.role === "system" || index === last ? { ...message, providerOptions: breakpoint } : message,
  );
}

function messageOf(message: Message): LanguageModelV4Message {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content };
    case "user": {
      const parts: readonly (TextPart | FilePart)[] =
        typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
      return { role: "user", content: parts.map(userPart) };
    }
    case "assistant":
      return { role: "assistant", content: message.content.map(assistantPart) };
    case "tool":
      return {
        role: "tool",
        content: message.content.map((part) => ({
          type: "tool-result",
          toolCallId: part.id,
          toolName: part.name,
          output: outputOf(part),
        })),
      };
  }
}

function userPart(part: TextPart | FilePart) {
  if (part.type === "text") return { type: "text" as const, text: part.text, ...optionsFor(part) };
  const data =
    "base64" in part.data
      ? { type: "data" as const, data: part.data.base64 }
      : { type: "url" as const, url: new URL(part.data.url) };
  return { type: "file" as const, mediaType: part.mediaType, data, ...(part.name && { filename: part.name }) };
}

function assistantPart(part: AssistantPart): Assistant {
  if (part.type !== "tool-call") return { type: part.type, text: part.text, ...optionsFor(part) };
  // Arguments that are not JSON went through as text; servers take objects only.
  const input = part.invalid === undefined ? part.args : { unreadable: part.args };
  return { type: "tool-call", toolCallId: part.id, toolName: part.name, input, ...optionsFor(part) };
}

/** What a provider said with the part goes back to it. */
const optionsFor = ({ metadata }: Pick<TextPart, "metadata">) =>
  metadata ? { providerOptions: metadata as never } : {};

function outputOf({ outcome, result, edited }: ToolResultPart): LanguageModelV4ToolResultOutput {
  if (outcome === "error") return { type: "error-text", value: String(result) };
  if (outcome === "denied") return { type: "execution-denied", reason: String(result) };
  const value = jsonOf(result);
  if (edited) {
    const note = `A person changed the arguments to ${JSON.stringify(edited.args)} before it was called.`;
    return { type: "json", value: { result: value, note } };
  }
  return typeof value === "string" ? { type: "text", value } : { type: "json", value };
}

/** As JSON has it: dates become texts, what is undefined is left out. */
function jsonOf(value: unknown): JSONValue {
  const text = JSON.stringify(value, (_, field: unknown) => (typeof field === "bigint" ? String(field) : field));
  return text === undefined ? null : (JSON.parse(text) as JSONValue);
}
