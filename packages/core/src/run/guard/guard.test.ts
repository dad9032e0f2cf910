import { AsyncLocalStorage } from "node:async_hooks";
import crypto, { randomBytes, randomInt, randomUUID } from "node:crypto";
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { setTimeout as importedTimer } from "node:timers";
import { scheduler, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NondeterminismError } from "../../errors.ts";
import { type Guard, type GuardMode, installGuard } from "./guard.ts";

const workflow = new AsyncLocalStorage<object | undefined>();
const inWorkflow = (): object | undefined => workflow.getStore();

const guards: Guard[] = [];
function guard(mode: GuardMode, warn?: (message: string) => void): Guard {
  const installed = installGuard({ mode, inWorkflow, ...(warn && { warn }) });
  guards.push(installed);
  return installed;
}
afterEach(() => {
  for (const installed of guards.splice(0)) installed.uninstall();
});

/** The line of this file on which `snippet` stands, the last that contains its text. */
async function lineOf(snippet: string): Promise<number> {
  const source = await readFile(fileURLToPath(import.meta.url), "utf8");
  const line = source.split("\n").findLastIndex((text) => text.includes(snippet));
  expect(line).toBeGreaterThan(0);
  return line + 1;
}

const wrong: [string, string, () => unknown][] = [
  ["Date.now()", "ctx.now().getTime()", () => Date.now()],
  ["new Date()", "ctx.now()", () => new Date()],
  ["Date()", "ctx.now()", () => Date()],
  ["Math.random()", "ctx.random()", () => Math.random()],
  ["performance.now()", "ctx.now().getTime()", () => performance.now()],
  ["process.hrtime()", "ctx.now().getTime()", () => process.hrtime()],
  ["crypto.randomUUID()", "ctx.uuid()", () => globalThis.crypto.randomUUID()],
  ["crypto.getRandomValues()", "ctx.random()", () => globalThis.crypto.getRandomValues(new Uint8Array(1))],
  ["randomUUID()", "ctx.uuid()", () => randomUUID()],
  ["randomUUID()", "ctx.uuid()", () => crypto.randomUUID()],
  ["randomBytes()", "ctx.random()", () => randomBytes(4)],
  ["randomInt()", "ctx.random()", () => randomInt(4)],
  ["fetch()", "a step", () => fetch("http://localhost:1")],
  ["setTimeout()", "ctx.sleep", () => setTimeout(() => {}, 1)],
  ["setTimeout()", "ctx.sleep", () => importedTimer(() => {}, 1)],
  ["setTimeout()", "ctx.sleep", () => wait(1)],
  ["setTimeout()", "ctx.sleep", () => promisify(setTimeout)(1)],
  ["setInterval()", "ctx.sleep", () => setInterval(() => {}, 1)],
  ["setImmediate()", "ctx.sleep", () => setImmediate(() => {})],
  ["scheduler.wait()", "ctx.sleep", () => scheduler.wait(1)],
];

describe("in mode error", () => {
  test.each(wrong)("%s is refused and %s offered", (what, instead, call) => {
    guard("error");
    let caught: unknown;
    try {
      workflow.run({}, call);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NondeterminismError);
    const { message } = caught as NondeterminismError;
    expect(message).toContain(`${what} in workflow code at `);
    expect(message).toContain(`use ${instead}`);
    expect(message).toMatch(/guard\.test\.ts:\d+:\d+/);
  });

  test("the place is the line of the call, also after an await", async () => {
    const line = await lineOf("return Date.now(); // the wrong line");
    guard("error");
    const run = workflow.run({}, async () => {
      await Promise.resolve();
      return Date.now(); // the wrong line
    });
    await expect(run).rejects.toThrow(`guard.test.ts:${line}:`);
  });

  test("a date of a given time, and what is deterministic, is allowed", async () => {
    guard("error");
    await workflow.run({}, async () => {
      expect(new Date(5).getTime()).toBe(5);
      expect(new Date("2024-01-01")).toBeInstanceOf(Date);
      expect(Date.UTC(2024, 0)).toBe(1_704_067_200_000);
      expect(Math.max(1, 2)).toBe(2);
      await new Promise<void>((resolve) => queueMicrotask(resolve));
    });
  });

  test("steps and everything outside runs are let alone", async () => {
    guard("error");
    expect(Date.now()).toBeGreaterThan(0);
    expect(new Date()).toBeInstanceOf(Date);
    await wait(1);
    await workflow.run({}, () =>
      workflow.run(undefined, async () => {
        expect(Math.random()).toBeLessThan(1);
        await wait(1);
      }),
    );
  });
});

describe("in mode warn", () => {
  test("the call goes through and each place is warned about once", () => {
    const warnings: string[] = [];
    guard("warn", (message) => warnings.push(message));
    workflow.run({}, () => {
      for (let round = 0; round < 3; round++) expect(Date.now()).toBeGreaterThan(0);
      expect(Math.random()).toBeLessThan(1);
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^Date\.now\(\) in workflow code at .*guard\.test\.ts:\d+:\d+; use ctx\.now/);
  });

  test("without a listener it is a warning of the process", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    guard("warn");
    workflow.run({}, () => Math.random());
    expect(await warned).toMatchObject({ code: "HOLDPOINT_NONDETERMINISM" });
  });
});

describe("waiting for something that is not recorded", () => {
  const waits: [string, () => Promise<unknown>][] = [
    ["a file", () => readFile(fileURLToPath(import.meta.url))],
    ["a name", () => lookup("localhost")],
    ["a native callback", () => new Promise((resolve) => crypto.pbkdf2("a", "b", 1, 8, "sha1", resolve))],
  ];
  test.each(waits)("the place where it began is remembered: %s", async (_, start) => {
    const installed = guard("error");
    const run = {};
    await workflow.run(run, async () => {
      const begun = start();
      await begun;
    });
    expect(installed.foreignAwait(run, "refund")).toMatch(/guard\.test\.ts:\d+:\d+$/);
    expect(installed.foreignAwait({}, "refund")).toBeNull();
  });

  test("is let be in modes warn and off; warn says so once per workflow", async () => {
    const warnings: string[] = [];
    for (const mode of ["warn", "off"] as const) {
      const installed = guard(mode, (message) => warnings.push(message));
      const run = {};
      await workflow.run(run, () => readFile(fileURLToPath(import.meta.url)));
      expect(installed.foreignAwait(run, "refund")).toBeUndefined();
      expect(installed.foreignAwait({}, "refund")).toBeUndefined();
      installed.uninstall();
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('workflow "refund" waits for something that is not recorded');
  });
});

describe("the globals", () => {
  const originals = { Date, now: Date.now, random: Math.random, setTimeout, fetch, uuid: crypto.randomUUID };

  test("are not touched in mode off", () => {
    guard("off");
    expect({ Date, now: Date.now, random: Math.random, setTimeout, fetch, uuid: crypto.randomUUID }).toEqual(originals);
    expect(Date).toBe(originals.Date);
  });

  test("are put back when the last guard is gone, and not before", () => {
    const first = guard("error");
    const second = guard("warn", () => {});
    expect(Date).not.toBe(originals.Date);
    first.uninstall();
    first.uninstall();
    expect(Date).not.toBe(originals.Date);
    second.uninstall();
    expect(Date).toBe(originals.Date);
    expect(new Date().constructor).toBe(Date);
    expect(Math.random).toBe(originals.random);
    expect(setTimeout).toBe(originals.setTimeout);
    expect(fetch).toBe(originals.fetch);
    expect(randomUUID).toBe(originals.uuid);
    expect(Object.hasOwn(performance, "now")).toBe(false);
  });

  test("behave like the real ones meanwhile", async () => {
    guard("error");
    expect(new originals.Date()).toBeInstanceOf(Date);
    expect(new Date()).toBeInstanceOf(originals.Date);
    expect(new Date().constructor).toBe(Date);
    expect(Date.name).toBe("Date");
    expect(Date.length).toBe(7);
    expect(typeof Date()).toBe("string");
    class Day extends Date {}
    expect(new Day(0)).toBeInstanceOf(Day);
    expect(new Date(2024, 0, 2).getDate()).toBe(2);
    expect(typeof process.hrtime.bigint()).toBe("bigint");
    await promisify(setTimeout)(1);
  });

  test("that a test's fake timers replaced later are left to it", () => {
    const installed = guard("error");
    vi.useFakeTimers({ now: 7 });
    installed.uninstall();
    expect(Date.now()).toBe(7);
    vi.useRealTimers();
    workflow.run({}, () => expect(Date.now()).toBeGreaterThan(7));
  });
});
