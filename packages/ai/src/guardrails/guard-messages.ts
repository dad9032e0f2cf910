import type { WorkflowContext } from "@holdpoint/core";
import { GuardrailError } from "../errors.ts";
import { type AssistantPart, type Message, type ToolResultPart, textOf } from "../model/message.ts";
import type { ModelResponse } from "../model/model.ts";
import { unfenced } from "../step/output.ts";
import { type GuardFacts, pass, passOrThrow } from "./guard.ts";
import type { Guardrails } from "./guardrails.ts";

/**
 * What a model is asked with, once it has passed: what users say by the rails of `input`, results of tools that are in the conversation
 * already by those of `tool-result`. Instructions are the author's and are not looked at; nor are files.
 *
 * @throws GuardrailError a rail blocked it
 */
export async function guardMessages(
  ctx: WorkflowContext,
  guard: Guardrails | undefined,
  messages: readonly Message[],
  caller: string,
): Promise<Message[]> {
  if (!guard) return [...messages];
  const passed: Message[] = [];
  for (const message of messages) passed.push(await guardMessage(ctx, guard, message, caller));
  return passed;
}

async function guardMessage(
  ctx: WorkflowContext,
  guard: Guardrails,
  message: Message,
  caller: string,
): Promise<Message> {
  if (message.role === "tool") {
    const content: ToolResultPart[] = [];
    for (const part of message.content) content.push(await guardResult(ctx, guard, part, { caller, tool: part.name }));
    return { role: "tool", content };
  }
  if (message.role !== "user") return message;
  const ask = async (text: string): Promise<string> =>
    String((await passOrThrow(ctx, guard, "input", text, { caller })).value);
  if (typeof message.content === "string") return { role: "user", content: await ask(message.content) };
  const content = [];
  for (const part of message.content)
    content.push(part.type === "text" ? { ...part, text: await ask(part.text) } : part);
  return { role: "user", content };
}

/** A tool's result, once it has passed; one that is blocked is an error that says so. */
export async function guardResult(
  ctx: WorkflowContext,
  guard: Guardrails,
  part: ToolResultPart,
  facts: GuardFacts,
): Promise<ToolResultPart> {
  const passage = await pass(ctx, guard, "tool-result", part.result, facts);
  if (passage.ok) return passage.modified ? { ...part, result: passage.value } : part;
  return { ...part, outcome: "error", result: withheld(passage.reason) };
}

/** What a model is told of a result that it may not see. */
export const withheld = (reason: string): string => `The result was withheld. ${reason} Do not ask for it again.`;

/**
 * The conversation, before a model is asked.
 *
 * @throws GuardrailError a rail blocked it
 */
export async function guardDialogue(
  ctx: WorkflowContext,
  guard: Guardrails | undefined,
  messages: readonly Message[],
  caller: string,
): Promise<void> {
  if (guard) await passOrThrow(ctx, guard, "dialogue", messages, { caller });
}

/**
 * An answer, once its words have passed. A structured one is looked at as what it says, so that it stays JSON.
 *
 * @throws GuardrailError a rail blocked it
 */
export async function guardAnswer(
  ctx: WorkflowContext,
  guard: Guardrails | undefined,
  response: ModelResponse,
  caller: string,
  structured: boolean,
): Promise<ModelResponse> {
  const text = textOf(response.content);
  if (!guard || text === "" || guard.at("output").length === 0) return response;
  const value = structured ? jsonOf(text) : text;
  const passage = await pass(ctx, guard, "output", value, { caller });
  if (!passage.ok) throw new GuardrailError(caller, { place: "output", rail: passage.rail, reason: passage.reason });
  if (!passage.modified) return response;
  const said = typeof passage.value === "string" ? passage.value : JSON.stringify(passage.value);
  return { ...response, content: withText(response.content, said) };
}

/** JSON where it is some, otherwise the text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(unfenced(text)) as unknown;
  } catch {
    return text;
  }
}

/** Other words in the place of the first; what a provider signed is gone with them. */
function withText(content: readonly AssistantPart[], text: string): AssistantPart[] {
  const first = content.findIndex(({ type }) => type === "text");
  return content.flatMap((part, at): AssistantPart[] => {
    if (part.type !== "text") return [part];
    return at === first ? [{ type: "text", text }] : [];
  });
}
