import { expect, test } from "vitest";
import { ModelError } from "../errors.ts";
import type { Model, ModelRequest } from "../model/model.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { CallGate, gated, pause } from "./limits.ts";
import { models } from "./models.ts";

const request: ModelRequest = { messages: [{ role: "user", content: "hi" }] };
const failing = (status: number, more: object = {}): Model => ({
  id: `p/${status}`,
  generate: () =>
    Promise.reject(new ModelError(`${status} no`, { model: `p/${status}`, status, retryable: status >= 429, ...more })),
});

test.each([
  ["openai/gpt-5", /needs a key: set OPENAI_API_KEY, or models\(\{ providers: \{ openai: \{ apiKey \} \} \}\)/],
  ["google/gemini-3", /set GOOGLE_GENERATIVE_AI_API_KEY/],
  ["gpt-5", /"gpt-5" is no model: write provider\/model with one of openai, anthropic, google, ollama/],
  ["nobody/one", /or name the server in models\(\{ providers \}\)/],
  ["a", /the aliases a → b → a go in a circle/],
])("a model that cannot be had says what to do: %s", (choice, says) => {
  expect(() => models({ environment: {}, aliases: { a: "b", b: "a" } }).get(choice)).toThrow(says);
});

test("without a choice there is the default, and without that a sentence", () => {
  expect(() => models({ environment: {} }).get()).toThrow(/no model is chosen; name one/);
  expect(models({ environment: { HOLDPOINT_MODEL: "ollama/llama3" } }).get().id).toBe("ollama/llama3");
  expect(models({ environment: {}, default: "fast", aliases: { fast: "ollama/llama3" } }).get().id).toBe(
    "ollama/llama3",
  );
});

test("a chain asks the next model where one gives no answer, and says whom it tried", async () => {
  const good = scriptedModel(["hello"]);
  const chain = models({ environment: {}, aliases: { best: [failing(503), "openai/gpt-5", good] } }).get("best");
  expect(await chain.generate(request)).toMatchObject({
    model: "scripted/model",
    fallbacks: [
      { model: "p/503", reason: "p/503: 503 no" },
      { model: "openai/gpt-5", reason: expect.stringContaining("needs a key") },
    ],
  });
  const events = [];
  for await (const event of chain.stream?.(request) ?? []) events.push(event);
  expect(events.at(-1)).toMatchObject({ type: "finish", response: { fallbacks: [{}, {}] } });
});

test("a request that is wrong is not tried elsewhere, and a chain that fails asks for the shortest wait", async () => {
  const good = scriptedModel(["hello"]);
  const wrong = models({ environment: {}, aliases: { best: [failing(400), good] } }).get("best");
  await expect(wrong.generate(request)).rejects.toMatchObject({ status: 400 });
  expect(good.requests).toHaveLength(0);
  const busy = [failing(429, { retryAfterMs: 900 }), failing(529, { retryAfterMs: 200 })];
  const chain = models({ environment: {}, aliases: { best: busy } }).get("best");
  await expect(chain.generate(request)).rejects.toMatchObject({ retryable: true, retryAfterMs: 200 });
});

test("a provider is called no more at once and no faster than allowed, in the order of the calls", async () => {
  let now = 0;
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    now += ms;
  };
  const gate = new CallGate("p", { concurrency: 1, requestsPerMinute: 60 }, wait, () => now);
  const order: string[] = [];
  let most = 0;
  let inside = 0;
  const open = Promise.withResolvers<void>();
  const model = gated(
    scriptedModel(async ({ messages }) => {
      most = Math.max(most, ++inside);
      await open.promise;
      inside--;
      order.push(String(messages[0]?.content));
      return "ok";
    }),
    gate,
  );
  const ask = (content: string, signal?: AbortSignal) =>
    model.generate({ messages: [{ role: "user", content }] }, { ...(signal && { signal }) });
  const gone = new AbortController();
  const calls = [ask("1"), ask("2"), ask("left", gone.signal), ask("3")];
  gone.abort(new Error("nobody waits"));
  await expect(calls[2]).rejects.toThrow("nobody waits");
  open.resolve();
  await Promise.all([calls[0], calls[1], calls[3]]);
  expect({ order, most, waits }).toEqual({ order: ["1", "2", "3"], most: 1, waits: [1000, 1000] });
});

test("a pause ends when its signal fires", async () => {
  const stopped = new AbortController();
  const waiting = pause(2 ** 30, stopped.signal);
  stopped.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await pause(0);
});

test.each([
  [{ concurrency: 0 }, "concurrency: 0 must be above 0"],
  [{ requestsPerMinute: -1 }, "requestsPerMinute: -1 must be above 0"],
])("limits that allow nothing are refused: %o", (limits, says) => {
  expect(() => new CallGate("p", limits)).toThrow(says);
});
