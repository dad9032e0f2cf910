import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { NondeterminismError, UnawaitedStepError } from "../errors.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, eventually, quietLog } from "./deployments.fixture.ts";

const short = { timeout: "60s" } as const;
const here = fileURLToPath(import.meta.url);

/** Something outside that resolves when it likes. */
const foreign = (): Promise<void> => new Promise(() => {});

/** What authors write wrongly, each on one line; and what the message offers instead. */
const wrong: Record<string, { code: (ctx: WorkflowContext) => Promise<unknown>; instead: RegExp }> = {
  "Date.now()": { instead: /ctx\.now\(\)/, code: async () => Date.now() },
  "new Date()": { instead: /ctx\.now\(\)/, code: async () => new Date() },
  "Math.random()": { instead: /ctx\.random\(\)/, code: async () => Math.random() },
  "crypto.randomUUID()": { instead: /ctx\.uuid\(\)/, code: async () => crypto.randomUUID() },
  "an imported randomUUID()": { instead: /ctx\.uuid\(\)/, code: async () => randomUUID() },
  "setTimeout()": { instead: /ctx\.sleep/, code: async () => new Promise((done) => setTimeout(done, 1)) },
  "setInterval()": { instead: /ctx\.sleep/, code: async () => setInterval(() => {}, 1) },
  "fetch()": { instead: /a step/, code: async () => fetch("http://127.0.0.1:9") },
  "timers/promises": { instead: /ctx\.sleep/, code: async () => wait(1) },
  "an awaited file read": { instead: /ctx\.step/, code: async () => readFile(here, "utf8") },
};

/** The line of this file on which the code of a case stands. */
async function lineOf(name: string): Promise<number> {
  const lines = (await readFile(here, "utf8")).split("\n");
  return lines.findIndex((line) => line.startsWith(`  "${name}": {`)) + 1;
}

describe("wrong workflow code", () => {
  const world = new Deployments();
  afterEach(() => world.stop());

  const failure = async (code: (ctx: WorkflowContext) => Promise<unknown>, options = {}): Promise<Error> => {
    const flow = workflow({ name: "wrong" }, async (ctx) => {
      await ctx.step("before", () => 1);
      return code(ctx);
    });
    const engine = await world.deploy([flow], { determinism: "error", ...options });
    const run = await engine.run(flow, undefined);
    const error: Error = await run.result(short).then(
      () => new Error("it ran"),
      (reason: Error) => reason.cause as Error,
    );
    return error;
  };

  test.each(Object.entries(wrong))(
    "%s fails the run in development, with file and line",
    async (name, { code, instead }) => {
      const error = await failure(code);
      expect(error).toBeInstanceOf(NondeterminismError);
      expect(error.message).toMatch(instead);
      expect(error.message).toMatch(new RegExp(`determinism\\.test\\.ts:${await lineOf(name)}:\\d+`));
    },
  );

  test("waiting for a promise of somebody else fails the run", async () => {
    const error = await failure(async () => foreign());
    expect(error).toBeInstanceOf(NondeterminismError);
    expect(error.message).toMatch(
      /waiting for something that is not recorded.*use ctx\.step, ctx\.sleep or ctx\.signal/,
    );
  });

  test("a step that nobody awaits fails the run by its name", async () => {
    const error = await failure(async (ctx) => {
      void ctx.step("forgotten", () => foreign());
    });
    expect(error).toBeInstanceOf(UnawaitedStepError);
    expect(error.message).toMatch(/step:forgotten#1; await every step/);
  });

  test("the same calls are free inside a step", async () => {
    const flow = workflow({ name: "right" }, (ctx) =>
      ctx.step("all of it", async () => {
        await wait(1);
        const text = await readFile(here, "utf8");
        return [Date.now(), new Date(), Math.random(), crypto.randomUUID(), randomUUID(), text.length].length;
      }),
    );
    const engine = await world.deploy([flow], { determinism: "error" });
    expect(await (await engine.run(flow, undefined)).result(short)).toBe(6);
  });

  test("a dry replay is watched like a run: check says what the code did", async () => {
    const before = workflow({ name: "order" }, (ctx) => ctx.sleep("1h"));
    const after = workflow({ name: "order" }, async (ctx) => {
      await foreign();
      await ctx.sleep("1h");
    });
    const engine = await world.deploy([before]);
    const { id } = await engine.run(before, undefined);
    await eventually(async () => expect((await (await engine.get(id)).describe()).status).toBe("parked"));
    const [checked] = (await (await world.only([after])).check()).problems;
    expect(checked).toMatchObject({ id, verdict: "diverges", reason: expect.stringMatching(/not recorded/) });
  });

  describe("in production", () => {
    const warnings: string[] = [];
    const log = { ...quietLog, warn: (_fields: object, message: string) => void warnings.push(message) };
    afterEach(() => {
      warnings.length = 0;
    });
    const warned = { determinism: "warn", log } as const;

    test("goes on, and each place is warned about once", async () => {
      const flow = workflow({ name: "wrong" }, async (ctx) => {
        const drawn = [Math.random(), Math.random()];
        await ctx.step("a", () => 1);
        return drawn.length;
      });
      const engine = await world.deploy([flow], warned);
      for (let i = 0; i < 3; i++) expect(await (await engine.run(flow, undefined)).result(short)).toBe(2);
      const places = warnings.filter((message) => message.startsWith("Math.random()"));
      expect(places).toHaveLength(2);
      expect(places[0]).toMatch(/determinism\.test\.ts:\d+:\d+; use ctx\.random\(\)/);
    });

    test("waiting for something foreign is warned about once, and the run goes on when it comes", async () => {
      const flow = workflow({ name: "waits" }, async (ctx) => {
        const text = await readFile(here, "utf8");
        return ctx.step("a", () => text.length > 0);
      });
      const engine = await world.deploy([flow], warned);
      for (let i = 0; i < 2; i++) expect(await (await engine.run(flow, undefined)).result(short)).toBe(true);
      expect(warnings.filter((message) => message.includes('workflow "waits" waits for'))).toHaveLength(1);
    });
  });

  test('"off" watches nothing', async () => {
    const error = await failure(async () => Math.random(), { determinism: "off" });
    expect(error.message).toBe("it ran");
  });
});
