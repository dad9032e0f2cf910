import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import type { Message } from "../model/message.ts";
import { models, modelsService } from "../models/models.ts";
import { memoryIndex } from "../retrieval/memory-index.ts";
import { type Script, scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { type AgentMemory, type AgentMemoryOptions, agentMemory } from "./agent-memory.ts";
import { memoryConversationBook } from "./conversation-book.ts";
import { memoryTools } from "./memory-tools.ts";
import { windowOf } from "./window.ts";

/** A chat by an agent with memory: each call of `say` is a run of its own. */
function chat(script: Script, options: Partial<AgentMemoryOptions> = {}) {
  const memory = agentMemory({ book: memoryConversationBook(), ...options });
  const model = scriptedModel(script);
  const Input = z.object({ said: z.string(), thread: z.string(), user: z.string() });
  const talk = workflow({ name: "talk", input: Input }, async (ctx, { said, thread, user }) => {
    const of = memory.thread(thread, { user });
    const clerk = agent({ name: "clerk", instructions: "Be kind.", tools: memoryTools(of) });
    return (await agentStep(ctx, clerk, said, { memory: of })).text;
  });
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [talk], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  let runs = 0;
  const start = (said: string, thread = "t-1", user = "ana") =>
    engine.run(talk, { said, thread, user }, { id: `r${++runs}` });
  const say = async (...args: Parameters<typeof start>) => (await start(...args)).result();
  return { memory, model, engine, start, say };
}

const heard = (request: { messages: readonly Message[] }): string => JSON.stringify(request.messages);
const last = ({ messages }: { messages: readonly Message[] }): string => String(messages.at(-1)?.content);

test("an agent goes on with what was said in the thread, and with nobody else's", async () => {
  const { model, say, memory } = chat((request) => `you said ${last(request)}`);
  await say("I am Ana");
  await say("who am I?");
  await say("who am I?", "t-1", "ben");
  await say("who am I?", "t-2");
  const [, second, bens, other] = model.requests;
  expect(second?.messages.map(({ role }) => role)).toEqual(["system", "system", "user", "assistant", "user"]);
  expect(heard(second as never)).toContain("you said I am Ana");
  expect(heard(bens as never)).not.toContain("I am Ana");
  // Another conversation has no messages of this one, but knows what happened.
  expect(other?.messages.map(({ role }) => role)).toEqual(["system", "system", "user"]);
  expect(heard(other as never)).toContain("What happened before");
  expect((await memory.threads("ana")).map(({ thread }) => thread).toSorted()).toEqual(["t-1", "t-2"]);
  expect(await memory.messages(memory.thread("t-1", { user: "ana" }))).toHaveLength(4);
});

test("what was recalled is recorded: a replay says the same, whatever is remembered since", async () => {
  const { model, memory, start, say } = chat((request) => `heard ${request.messages.length}`);
  await say("one");
  const run = await start("two");
  const said = await run.result();
  await memory.learn("ana", { text: "likes tea" });
  await say("three");
  await memory.forgetUser("ana");
  const again = await run.fork({ from: "step:clerk turn#1", decisions: "reuse", id: "again" });
  expect(await again.result()).toBe(said);
  expect(model.requests.at(-1)).toEqual(model.requests[1]);
});

describe("a window", () => {
  const call = (id: string): Message => ({
    role: "assistant",
    content: [{ type: "tool-call", id, name: "look", args: {} }],
  });
  const result = (id: string): Message => ({
    role: "tool",
    content: [{ type: "tool-result", id, name: "look", outcome: "ok", result: 1 }],
  });
  const user = (content: string): Message => ({ role: "user", content });
  const sized = (messages: readonly Message[], tokens = 10) => messages.map((message) => ({ message, tokens }));
  const roles = (messages: readonly { message: Message }[]) => messages.map(({ message }) => message.role).join(" ");

  test("never parts a tool call from its result, and begins with what a user said", () => {
    const said = sized([user("a"), call("1"), result("1"), user("b"), call("2"), result("2"), call("3"), result("3")]);
    expect(roles(windowOf(said, 1000))).toBe("user assistant tool user assistant tool assistant tool");
    // 30 would be the last result's call, its result and half of the one before.
    expect(roles(windowOf(said, 30))).toBe("assistant tool");
    expect(roles(windowOf(said, 50))).toBe("user assistant tool assistant tool");
    expect(roles(windowOf(said, 75))).toBe("user assistant tool assistant tool");
    expect(roles(windowOf(said, 1))).toBe("assistant tool");
    expect(windowOf(sized([result("0"), user("a")]), 100)).toHaveLength(1);
    expect(windowOf([], 10)).toEqual([]);
  });
});

test("what falls out of the window is summarised once, from the summary before and what is new", async () => {
  const { model, say, memory } = chat(
    (request) => {
      if (heard(request).includes("Put a conversation in short"))
        return `short ${request.messages.length > 1 ? last(request).length : ""}`;
      return `reply to ${last(request)}`;
    },
    { window: 40, summarise: true, recall: { episodes: 0 } },
  );
  const of = memory.thread("t-1", { user: "ana" });
  const long = (n: number) => `message ${n} ${"x".repeat(30)}`;
  for (let n = 1; n <= 6; n++) await say(long(n));
  const summaries = model.requests.filter((request) => heard(request).includes("Put a conversation in short"));
  expect(summaries.length).toBeGreaterThanOrEqual(2);
  expect(last(summaries[0] as never)).toContain("(nothing)");
  expect(last(summaries[1] as never)).toContain("In short so far:\nshort");
  // Each message is summarised once.
  for (let n = 1; n <= 3; n++) {
    expect(summaries.filter((request) => last(request).includes(`user: message ${n} `)).length, `${n}`).toBe(1);
  }
  const facts = await memory.book.thread(of.place);
  const turns = model.requests.filter((request) => !summaries.includes(request));
  expect(heard(turns.at(-1) as never)).toContain("The conversation so far, in short");
  expect(facts?.summarisedTo).toBeGreaterThanOrEqual(6);
  // What is in the summary is not told again.
  const turn = turns.at(-1) as (typeof turns)[number];
  const before = summaries.filter((request) => model.requests.indexOf(request) < model.requests.indexOf(turn));
  const told = turn.messages.filter(({ role }) => role === "user").map(({ content }) => String(content));
  expect(before.length).toBeGreaterThan(1);
  for (const request of before) for (const text of told) expect(last(request)).not.toContain(`user: ${text}`);
  // Nothing is lost between the summary and the window.
  expect(await memory.messages(of)).toHaveLength(12);
});

test("facts and episodes are found by what is said now, and an agent learns and looks back by tools", async () => {
  const { model, say, memory } = chat(
    (request, { turn }) => {
      const words = last(request);
      if (request.messages.at(-1)?.role === "tool") return `done: ${JSON.stringify(request.messages.at(-1)?.content)}`;
      if (words.includes("I drink")) return { calls: [{ name: "learn_fact", args: { fact: "drinks green tea" } }] };
      if (words.includes("back")) return { calls: [{ name: "look_back", args: { query: "parcel" } }] };
      return `ok ${turn}`;
    },
    { index: memoryIndex(), recall: { facts: 1 } },
  );
  await memory.learn("ana", { text: "lives in Bern" });
  await say("I drink green tea, my parcel is late");
  expect((await memory.facts("ana")).map(({ text }) => text).toSorted()).toEqual(["drinks green tea", "lives in Bern"]);
  await say("which tea?", "t-2");
  const recalled = heard(model.requests.at(-1) as never);
  expect(recalled).toContain("drinks green tea");
  expect(recalled).not.toContain("Bern");
  expect(await say("look back", "t-3")).toContain("my parcel is late");
  expect(await say("look back", "t-3", "ben")).not.toContain("my parcel");
  expect((await memory.search("ana", "parcel", { kind: "message" }))[0]).toMatchObject({
    kind: "message",
    thread: "t-1",
  });
  await memory.unlearn("ana", "lives in bern");
  expect(await memory.search("ana", "Bern", { kind: "fact" })).toEqual([]);
});

test("a user is forgotten whole: conversations, facts, episodes, and what of it was findable", async () => {
  const { say, memory } = chat((request) => `re ${last(request)}`, { index: memoryIndex() });
  const everything = async (user: string, of: AgentMemory = memory) => ({
    threads: (await of.threads(user)).length,
    notes: (await of.book.notes(user)).length,
    found: (await of.search(user, "secret word tea")).length,
  });
  for (const user of ["ana", "ben"]) {
    await say("the secret word", "t-1", user);
    await say("tea", "t-2", user);
    await memory.learn(user, { text: "likes tea" });
  }
  const before = await everything("ben");
  expect(before).toMatchObject({ threads: 2, notes: 3 });
  expect(before.found).toBeGreaterThan(3);
  await memory.forgetThread(memory.thread("t-1", { user: "ana" }));
  expect(await memory.search("ana", "secret")).toEqual([]);
  await memory.forgetUser("ana");
  expect(await everything("ana")).toEqual({ threads: 0, notes: 0, found: 0 });
  expect(await everything("ben")).toEqual(before);
});

test("a tool's call and its result are remembered together, and a step that is tried again remembers once", async () => {
  const memory = agentMemory({ book: memoryConversationBook() });
  const of = memory.thread("t-1", { user: "ana" });
  const append = memory.book.append.bind(memory.book);
  let fails = 1;
  memory.book.append = async (...args) => {
    const number = await append(...args);
    if (fails-- > 0) throw new Error("the connection broke after it was written");
    return number;
  };
  const look = tool({ name: "look", description: "Looks.", input: z.object({}), execute: () => "blue" });
  const clerk = agent({ name: "clerk", tools: [look], model: scriptedModel([{ calls: [{ name: "look" }] }, "blue"]) });
  const talk = workflow({ name: "talk" }, async (ctx) => (await agentStep(ctx, clerk, "sky?", { memory: of })).text);
  const engine = createTestEngine({ workflows: [talk], discipline: "crash" });
  onTestFinished(() => engine.stop());
  expect(await (await engine.run(talk, undefined)).result()).toBe("blue");
  const roles = (await memory.messages(of)).map(({ message }) => message.role);
  expect(roles).toEqual(["user", "assistant", "tool", "assistant"]);
});

test("names and windows that make no sense are refused by name", async () => {
  expect(() => agentMemory({ book: memoryConversationBook(), window: 0 })).toThrow("agentMemory.window: 0 must be");
  const memory = agentMemory({ book: memoryConversationBook() });
  expect(() => memory.thread("")).toThrow("memory.thread: must be a text");
  await expect(memory.search("ana", "x")).rejects.toThrow("memory.index: is missing");
});
