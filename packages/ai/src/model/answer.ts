import type { AssistantPart } from "./message.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "./model.ts";
import { unknownUsage } from "./usage.ts";

/**
 * A whole answer from its words or parts: for models of your own.
 *
 * @example
 * const greeting = answer("local/hello", "Hello!");
 */
export function answer(
  model: string,
  content: string | readonly AssistantPart[],
  more: Partial<Omit<ModelResponse, "model" | "content">> = {},
): ModelResponse {
  const parts: readonly AssistantPart[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return {
    content: parts,
    finish: parts.some((part) => part.type === "tool-call") ? "tool-calls" : "stop",
    rawFinish: null,
    usage: unknownUsage,
    model,
    rawModel: null,
    rawId: null,
    requestId: null,
    ...more,
  };
}

/** The pieces of an answer, from whichever way the model has: a model that cannot stream gives its answer as one piece. */
export async function* streamOf(model: Model, request: ModelRequest, call?: ModelCall): AsyncGenerator<ModelEvent> {
  if (model.stream) {
    yield* model.stream(request, call);
    return;
  }
  const response = await model.generate(request, call);
  yield* eventsOf(response);
}

/** An answer that is there already, as a stream. */
export function* eventsOf(response: ModelResponse): Generator<ModelEvent> {
  for (const part of response.content) {
    if (part.type === "tool-call") yield { type: "tool-call", call: part };
    else yield { type: part.type, delta: part.text };
  }
  yield { type: "finish", response };
}
