import type { StandardSchemaV1 } from "@holdpoint/core";
import { fromJsonSchema } from "@holdpoint/flow";
import { type Tool, tool } from "../tool/tool.ts";
import type { ThreadMemory } from "./agent-memory.ts";

const texts = <Name extends string>(...names: Name[]) =>
  fromJsonSchema({
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string", maxLength: 4000 }])),
    required: names,
    additionalProperties: false,
  }) as StandardSchemaV1<unknown, Record<Name, string>>;

/**
 * Lets an agent keep notes for itself, learn facts about its user and look up what was said: `note_down`, `learn_fact`, and `look_back` where memory
 * has an index; the last two only for a conversation of a user. Each call is a recorded step.
 *
 * @example
 * const of = memory.thread("ticket-7", { user: "ana" });
 * await agentStep(ctx, agent({ name: "support", tools: memoryTools(of) }), question, { memory: of });
 */
export function memoryTools({ memory, place }: ThreadMemory): Tool[] {
  const { user, thread } = place;
  const tools: Tool<Record<string, string>, string>[] = [
    tool({
      name: "note_down",
      description: "Replaces your working notes of this conversation: what you are doing, what is open.",
      input: texts("notes"),
      execute: async ({ notes }) => {
        await memory.book.work(place, notes, new Date());
        return "noted";
      },
    }) as never,
  ];
  if (user !== "") {
    tools.push(
      tool({
        name: "learn_fact",
        description: "Remembers a lasting fact about the user for later conversations, such as a preference.",
        input: texts("fact"),
        execute: async ({ fact }) => {
          await memory.learn(user, { text: fact, thread });
          return "learnt";
        },
      }) as never,
    );
  }
  if (memory.searchable && user !== "") {
    tools.push(
      tool({
        name: "look_back",
        description: "Searches what this user said, was told and what happened in earlier conversations.",
        input: texts("query"),
        execute: async ({ query }) => JSON.stringify(await memory.search(user, query, { limit: 5 })),
      }) as never,
    );
  }
  return tools as never;
}
