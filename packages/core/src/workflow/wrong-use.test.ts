import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Engine } from "../engine/engine.ts";
import { createTestEngine, takes } from "../testing/kit/index.ts";
import type { WorkflowContext } from "./context.ts";
import { workflow } from "./definition.ts";
import { service } from "./service.ts";

// Every use below is wrong, and the compiler must say so on the line after the comment, with the error the comment names. The
// tests compile this file as it is, and once more without the comments, and compare.

const refund = workflow(
  {
    name: "refund",
    input: z.object({ orderId: z.string() }),
    output: z.object({ status: z.enum(["paid", "declined"]) }),
  },
  async () => ({ status: "paid" as const }),
);
const mailer = service<{ send(to: string): Promise<void> }>("mailer");

/** Never called. */
export const wrongUses = {
  workflow() {
    // @ts-expect-error TS2769: Type 'number' is not assignable to type 'string'
    workflow({ name: "w", output: z.string() }, async () => 7);
    // @ts-expect-error TS2769: Type '"maybe"' is not assignable to type '"no" | "yes"'
    workflow({ name: "w", output: z.enum(["yes", "no"]) }, async () => "maybe" as const);
    // @ts-expect-error TS2339: Property 'amount' does not exist
    workflow({ name: "w", input: z.object({ id: z.string() }) }, async (_ctx, input) => input.amount);
    // @ts-expect-error TS2769: Property 'name' is missing
    workflow({ version: 1 }, async () => 1);
    // @ts-expect-error TS2769: 'id' does not exist in type 'StandardSchemaV1
    workflow({ name: "w", input: { id: "string" } }, async () => 1);
    // @ts-expect-error TS2769: Did you mean to write 'timeout'?
    workflow({ name: "w", timeOut: "1d" }, async () => 1);
    // @ts-expect-error TS2769: is not assignable to type 'Promise<
    workflow({ name: "w" }, () => 1);
  },

  async step(ctx: WorkflowContext) {
    // @ts-expect-error TS2554: Expected 2-3 arguments, but got 1
    await ctx.step("no function");
    // @ts-expect-error TS2345: is not assignable to parameter of type '(info: StepInfo) =>
    await ctx.step("a value", 7);
    // @ts-expect-error TS2551: Property 'toFixed' does not exist on type 'string'
    (await ctx.step("text", async () => "text")).toFixed();
    // @ts-expect-error TS2353: 'retries' does not exist in type 'StepOptions
    await ctx.step("retries", () => 1, { retries: 3 });
    // @ts-expect-error TS2561: Did you mean to write 'attempts'?
    await ctx.step("attempts", () => 1, { retry: { maxAttempts: 3 } });
    // @ts-expect-error TS2339: Property 'receipt' does not exist on type 'number'
    await ctx.step("pay", () => 1, { compensate: (result) => result.receipt });
    // @ts-expect-error TS2741: Property 'ttl' is missing
    await ctx.step("cache", () => 1, { cache: { key: "k" } });
  },

  async hold(ctx: WorkflowContext) {
    // @ts-expect-error TS2741: Property 'title' is missing
    await ctx.approve("a", {});
    // @ts-expect-error TS2741: Property 'title' is missing
    await ctx.hold("a", { form: z.string() });
    // @ts-expect-error TS2741: Property 'form' is missing
    await ctx.hold("a", { title: "?" });
    // @ts-expect-error TS2322: Type 'string' is not assignable to type 'readonly string[]'
    await ctx.approve("a", { title: "?", reviewers: { groups: "finance" } });
    // @ts-expect-error TS2561: Did you mean to write 'quorum'?
    await ctx.approve("a", { title: "?", reviewers: { people: ["ana"], quorom: 2 } });
    // @ts-expect-error TS2353: 'quorum' does not exist
    await ctx.hold("a", { title: "?", form: z.string(), quorum: 2 });
    // @ts-expect-error TS2322: Type 'false' is not assignable
    await ctx.approve("a", { title: "?", deadline: [{ after: "4h", remind: false }] });
    // @ts-expect-error TS2322: Type 'string' is not assignable to type 'readonly string[]'
    await ctx.approve("a", { title: "?", deadline: [{ after: "1d", escalate: { people: "eve" } }] });
    // @ts-expect-error TS2561: Did you mean to write 'approved'?
    await ctx.approve("a", { title: "?", deadline: [{ after: "1d", decide: { approve: true } }] });
    // @ts-expect-error TS2322: Type 'string' is not assignable to type 'boolean'
    await ctx.approve("a", { title: "?", deadline: [{ after: "1d", decide: { approved: "yes" } }] });
    const form = z.object({ label: z.enum(["spam", "ham"]) });
    // @ts-expect-error TS2322: Type '"jam"' is not assignable to type '"ham" | "spam"'
    await ctx.hold("a", { title: "?", form, deadline: [{ after: "1d", decide: { label: "jam" } }] });
    // @ts-expect-error TS2741: Property 'label' is missing
    await ctx.hold("a", { title: "?", form, deadline: [{ after: "1d", decide: {} }] });
    // @ts-expect-error TS2322: Type '"severe"' is not assignable to type 'Severity'
    await ctx.approve("a", { title: "?", severity: "severe" });
    // @ts-expect-error TS2339: Property 'approved' does not exist on type 'Decision<
    (await ctx.hold("a", { title: "?", form })).approved;
    // @ts-expect-error TS2339: Property 'sure' does not exist
    (await ctx.hold("a", { title: "?", form })).value.sure;
  },

  async others(ctx: WorkflowContext) {
    // @ts-expect-error TS2554: Expected 2-3 arguments, but got 1
    await ctx.signal("paid");
    // @ts-expect-error TS2353: 'timeout' does not exist in type 'StandardSchemaV1
    await ctx.signal("paid", { timeout: "1d" });
    // @ts-expect-error TS2322: Type 'number' is not assignable to type 'string'
    await ctx.child(refund, { orderId: 7 });
    // @ts-expect-error TS2741: Property 'orderId' is missing
    await ctx.spawn(refund, {});
    // @ts-expect-error TS2339: Property 'amount' does not exist
    (await ctx.child(refund, { orderId: "a" })).amount;
    // @ts-expect-error TS2339: Property 'status' does not exist on type 'ChildHandle<
    (await ctx.spawn(refund, { orderId: "a" })).status;
    // @ts-expect-error TS2561: Did you mean to write 'parentClose'?
    await ctx.child(refund, { orderId: "a" }, { parentClosed: "cancel" });
    // @ts-expect-error TS2345: is not assignable to parameter of type 'number | Date'
    await ctx.sleepUntil("tomorrow");
    // @ts-expect-error TS2339: Property 'receive' does not exist
    ctx.service(mailer).receive();
    // @ts-expect-error TS2741: Property 'send' is missing
    mailer.provide({});
    // @ts-expect-error TS2322: Type 'Date' is not assignable
    ctx.set({ due: new Date() });
  },

  async branches(ctx: WorkflowContext) {
    const branches = { text: () => ctx.signal("text", z.string()), number: () => ctx.step("number", () => 1) };
    const won = await ctx.race(branches);
    // @ts-expect-error TS2339: Property 'length' does not exist on type 'string | number'
    won.value.length;
    // @ts-expect-error TS2367: This comparison appears to be unintentional
    if (won.winner === "both") return;
    // @ts-expect-error TS2551: Property 'toFixed' does not exist on type 'string'
    if (won.winner === "text") won.value.toFixed();
    // @ts-expect-error TS2551: Property 'toFixed' does not exist on type 'string'
    (await ctx.all(branches)).text.toFixed();
    // @ts-expect-error TS2339: Property 'missing' does not exist
    (await ctx.all(branches)).missing;
    // @ts-expect-error TS2322: is not assignable to type '() => unknown'
    await ctx.all({ started: ctx.step("a", () => 1) });
    // @ts-expect-error TS2339: Property 'length' does not exist on type 'number'
    (await ctx.map(["a"], (text) => text.length))[0]?.length;
    // @ts-expect-error TS2322: Type 'number' is not assignable to type 'string'
    await ctx.map([1], (n) => n, { key: (n) => n });
  },

  async engine(engine: Engine) {
    // @ts-expect-error TS2322: Type 'number' is not assignable to type 'string'
    await engine.run(refund, { orderId: 7 });
    // @ts-expect-error TS2741: Property 'orderId' is missing
    await engine.run(refund, {});
    // @ts-expect-error TS2561: Did you mean to write 'id'?
    await engine.run(refund, { orderId: "a" }, { ID: "a" });
    const run = await engine.run(refund, { orderId: "a" });
    // @ts-expect-error TS2367: This comparison appears to be unintentional
    if ((await run.result()).status === "refunded") return;
    // @ts-expect-error TS2571: Object is of type 'unknown'
    (await (await engine.run("refund", {})).result()).status;
    // @ts-expect-error TS2345: Property 'id' is missing
    await engine.startOrSignal(refund, { orderId: "a" }, { name: "paid" }, {});
  },

  async kit() {
    // @ts-expect-error TS2353: 'store' does not exist in type 'TestEngineOptions'
    const engine = createTestEngine({ workflows: [refund], store: null });
    // @ts-expect-error TS2322: Type 'string' is not assignable to type 'StepMock'
    createTestEngine({ workflows: [refund], steps: { pay: "R-1" } });
    // @ts-expect-error TS2345: is not assignable to parameter of type 'StepMock'
    engine.mockStep(refund, "pay", 7);
    // @ts-expect-error TS2345: is not assignable to parameter of type 'Duration'
    takes(new Date());
  },
};

// ── The compiler is asked ────────────────────────────────────────────────────────────────────────────

interface Problem {
  line: number;
  text: string;
}

const here = fileURLToPath(import.meta.url);
const root = resolve(dirname(here), "../../../..");
const source = readFileSync(here, "utf8").split("\n");
const directive = /^\s*\/\/ @ts-expect-error (TS\d+): (.+)$/;
let desk = "";

/** What the compiler says of a program that stands in the place of a file of this folder. */
function compiler(name: string, text: string): string {
  const near = text.replaceAll(/from "(\.\.?\/[^"]+)"/g, (_, path: string) => `from "${resolve(dirname(here), path)}"`);
  writeFileSync(join(desk, `${name}.ts`), near);
  const config = { extends: join(root, "tsconfig.base.json"), files: [`${name}.ts`] };
  const compilerOptions = {
    noEmit: true,
    composite: false,
    incremental: false,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
  };
  writeFileSync(join(desk, `${name}.json`), JSON.stringify({ ...config, compilerOptions }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["-p", `${name}.json`, "--pretty", "false", "--extendedDiagnostics"];
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...flags], { cwd: desk, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
}

/** What it has against it. */
function compile(name: string, text: string): Problem[] {
  const problems: Problem[] = [];
  for (const line of compiler(name, text).split("\n")) {
    const found = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line);
    if (found?.[1]?.endsWith(`${name}.ts`)) problems.push({ line: Number(found[2]), text: found[3] ?? "" });
    else if (line.startsWith(" ") && problems.length > 0) (problems.at(-1) as Problem).text += `\n${line.trim()}`;
  }
  return problems;
}

beforeAll(() => {
  const shelf = join(root, ".snippets");
  mkdirSync(shelf, { recursive: true });
  desk = mkdtempSync(join(shelf, "types-"));
});
afterAll(() => rmSync(desk, { recursive: true, force: true }));

/** A program of `count` workflows, each of which calls the one before. */
function manyWorkflows(count: number): string {
  const one = (n: number): string => `
export const w${n} = workflow(
  { name: "w${n}", input: z.object({ id: z.string(), tags: z.array(z.string()) }), output: z.object({ status: z.enum(["done", "no${n}"]) }) },
  async (ctx, { id, tags }) => {
    const order = await ctx.step("load", async () => ({ id, n: tags.length }), { compensate: (o) => o.n });
    const { approved } = await ctx.approve("ok", { title: order.id });
    if (!approved) return { status: "no${n}" };
    const { value } = await ctx.hold("label", { title: "?", form: z.object({ label: z.enum(["x${n}", "y"]) }) });
    const both = await ctx.all({ a: () => ctx.step("a", () => order.n), b: () => ctx.step("b", async () => value.label) });
    const won = await ctx.race({ paid: () => ctx.signal("paid", z.object({ sum: z.number() })), late: () => ctx.sleep("1d") });
    if (won.winner === "paid") await ctx.step("note", () => won.value.sum + both.a);
    await ctx.map(tags, (tag) => ctx.step(tag, () => tag.length));
    ${n === 0 ? "" : `await ctx.child(w${n - 1}, { id, tags });`}
    return { status: "done" };
  },
);`;
  const all = Array.from({ length: count }, (_, n) => one(n)).join("\n");
  return `import { z } from "zod";\nimport { workflow } from "./definition.ts";\n${all}\n`;
}

/** How many types the compiler has to work out for them: a measure of its time that does not depend on the machine. */
function costOf(count: number): number {
  const said = compiler(`many-${count}`, manyWorkflows(count));
  expect(said).not.toContain("error TS");
  return Number(/Instantiations:\s+(\d+)/.exec(said)?.[1]);
}

describe("what the compiler says", () => {
  test("every inference that is claimed holds, and one that does not would be seen", () => {
    const inference = readFileSync(join(dirname(here), "inference.test.ts"), "utf8");
    expect(compile("inference", inference)).toEqual([]);
    const wrong = inference.replace("toEqualTypeOf<ChildHandle<", "toEqualTypeOf<RunHandle<");
    expect(wrong).not.toBe(inference);
    expect(
      compile("inference-wrong", wrong)
        .map(({ text }) => text)
        .join(),
    ).toContain("RunHandle");
  });

  test("every wrong use is refused on its line, for the reason that is named", () => {
    const expected = source.flatMap((text, index) => {
      const found = directive.exec(text);
      return found ? [{ line: index + 2, code: found[1] ?? "", words: found[2] ?? "" }] : [];
    });
    expect(expected.length).toBeGreaterThan(50);
    expect(compile("wrong-use", source.join("\n"))).toEqual([]);
    const bare = source.map((text) => (directive.test(text) ? "//" : text)).join("\n");
    const said = compile("wrong-use-bare", bare);
    const missing = expected.filter(
      ({ line, code, words }) =>
        !said.some((problem) => problem.line === line && problem.text.startsWith(code) && problem.text.includes(words)),
    );
    expect(missing.map((one) => ({ ...one, said: said.find(({ line }) => line === one.line)?.text }))).toEqual([]);
    const lines = new Set(expected.map(({ line }) => line));
    expect(said.filter(({ line }) => !lines.has(line))).toEqual([]);
  });

  test("inference costs each further workflow the same, and not much", () => {
    const [ten, twenty, forty] = [costOf(10), costOf(20), costOf(40)];
    const early = (twenty - ten) / 10;
    const late = (forty - twenty) / 20;
    expect(late).toBeLessThan(early * 1.05);
    expect(late).toBeLessThan(3000);
  });
});
