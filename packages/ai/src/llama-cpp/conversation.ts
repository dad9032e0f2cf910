import { ModelError } from "../errors.ts";
import { type AssistantPart, type Message, textOf, toolCallsOf } from "../model/message.ts";
import type { ModelRequest, ToolDeclaration } from "../model/model.ts";
import { grammarSchema } from "./grammar-schema.ts";
import type { ChatItem } from "./library.ts";

/** The most tools that one answer may call. */
const mostCalls = 8;

/** The tools that this request lets a model call; none where it may only answer. */
export function callable({ tools = [], toolChoice = "auto" }: ModelRequest): readonly ToolDeclaration[] {
  if (toolChoice === "none") return [];
  return typeof toolChoice === "string" ? tools : tools.filter(({ name }) => name === toolChoice.name);
}

/**
 * What the answer must look like, for the grammar; null for words. With tools it is an object, `{ calls }` or `{ answer }`: any model can be
 * held to that, whether or not it was trained to call tools.
 */
export function answerSchema(request: ModelRequest): object | null {
  const tools = callable(request);
  const { output, toolChoice = "auto" } = request;
  const answer = output ? grammarSchema(output.schema) : null;
  if (tools.length === 0) return answer;
  const call = {
    oneOf: tools.map(({ name, parameters }) => ({
      type: "object",
      properties: { tool: { const: name }, arguments: grammarSchema(parameters) },
    })),
  };
  const calls = {
    type: "object",
    properties: { calls: { type: "array", items: call, minItems: 1, maxItems: mostCalls } },
  };
  if (toolChoice !== "auto") return calls;
  return { oneOf: [calls, { type: "object", properties: { answer: answer ?? { type: "string" } } }] };
}

/** The conversation as the library takes it: tools in the instructions, their calls and results as JSON. */
export function historyOf(request: ModelRequest, id: string): ChatItem[] {
  const system = request.messages.flatMap((message) => (message.role === "system" ? [message.content] : []));
  const tools = callable(request);
  if (tools.length > 0) system.push(toolsText(tools, request));
  else if (request.output) system.push(`Answer with JSON of this schema: ${JSON.stringify(request.output.schema)}`);
  const said = request.messages.flatMap((message) => itemsOf(message, id));
  return [...(system.length > 0 ? [{ type: "system" as const, text: system.join("\n\n") }] : []), ...said];
}

function toolsText(tools: readonly ToolDeclaration[], { output }: ModelRequest): string {
  const answer = output ? `JSON of the schema ${JSON.stringify(output.schema)}` : "a text";
  return [
    "You may call tools. Answer with one JSON object and nothing else:",
    '{"calls":[{"tool":NAME,"arguments":{…}}]} to call tools; you are told their results.',
    `{"answer":…} when you need none, with ${answer}.`,
    "The tools:",
    ...tools.map(
      ({ name, description, parameters }) => `- ${name}: ${description} Arguments: ${JSON.stringify(parameters)}`,
    ),
  ].join("\n");
}

function itemsOf(message: Message, id: string): ChatItem[] {
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return [{ type: "user", text: wordsOf(message.content, id) }];
    case "assistant": {
      const calls = toolCallsOf(message.content).map(({ name, args }) => ({ tool: name, arguments: args }));
      const words = textOf(message.content);
      return [{ type: "model", response: [calls.length > 0 ? JSON.stringify({ calls }) : words] }];
    }
    case "tool": {
      const results = message.content.map(({ name, outcome, result, edited }) => ({
        tool: name,
        [outcome === "ok" ? "result" : outcome]: result,
        ...(edited && { note: `a person changed the arguments to ${JSON.stringify(edited.args)}` }),
      }));
      return [{ type: "user", text: JSON.stringify({ results }) }];
    }
  }
}

function wordsOf(content: Extract<Message, { role: "user" }>["content"], id: string): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (part.type === "text") return part.text;
      throw new ModelError(`takes no files, and was given one of ${part.mediaType}`, { model: id, retryable: false });
    })
    .join("\n");
}

/**
 * The parts of an answer.
 *
 * @param turn of the conversation, from 1: for the ids of calls
 */
export function contentOf(request: ModelRequest, text: string, turn: number): AssistantPart[] {
  if (callable(request).length === 0) return text === "" ? [] : [{ type: "text", text }];
  const said = parsed(text) as { calls?: { tool: string; arguments: unknown }[]; answer?: unknown } | undefined;
  if (said?.calls) {
    return said.calls.map(({ tool, arguments: args }, index) => ({
      type: "tool-call",
      id: `call_${turn}_${index + 1}`,
      name: tool,
      args,
    }));
  }
  // Cut off: what there is of it.
  if (said?.answer === undefined) return [{ type: "text", text }];
  return [{ type: "text", text: typeof said.answer === "string" ? said.answer : JSON.stringify(said.answer) }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
