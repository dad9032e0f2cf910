import { expect, test } from "vitest";
import { memoryStore } from "../store/index.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";
import { shutDown } from "./shut-down.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const greet = workflow({ name: "greet" }, (ctx) => ctx.step("say", () => "hello"));

test("a drained engine executes nothing more and still takes starts, until it is stopped", async () => {
  const store = memoryStore();
  const engine = createEngine({ store, workflows: [greet], log: quiet });
  await engine.start();
  await engine.drain();
  const run = await engine.run(greet, undefined, { id: "late" });
  expect(await run.status()).toBe("ready");
  await engine.stop();
  const next = createEngine({ store, workflows: [greet], log: quiet });
  await next.start();
  expect(await (await next.get("late")).result()).toBe("hello");
  await next.stop();
});

test("what serves is told at once and how long it has, what must end before the engine comes behind it", async () => {
  const did: string[] = [];
  const drained = Promise.withResolvers<void>();
  const engine = {
    drain: async ({ within }: { within?: unknown } = {}) => {
      did.push(`drain ${within}`);
      await drained.promise;
    },
    stop: async () => void did.push("stop"),
  };
  const serving = [
    async ({ within }: { within: number }) => {
      did.push(`serving ${within}`);
      drained.resolve();
    },
  ];
  const before = [async () => void did.push("before")];
  expect(await shutDown(engine, { deadline: "30s", serving, before })).toBe("ended");
  expect(did).toEqual(["drain 28000", "serving 28000", "before", "stop"]);
});

test("beyond the deadline nobody is waited for, and a fault on the way closes the store all the same", async () => {
  const never = (): Promise<void> => new Promise(() => {});
  expect(await shutDown({ drain: never, stop: never }, { deadline: 10 })).toBe("late");
  let closed = false;
  const engine = { drain: async () => {}, stop: async () => void (closed = true) };
  const serving = [() => Promise.reject(new Error("the port is stuck"))];
  await expect(shutDown(engine, { serving })).rejects.toThrow("the port is stuck");
  expect(closed).toBe(true);
});
