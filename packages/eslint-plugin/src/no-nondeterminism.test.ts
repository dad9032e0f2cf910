import { RuleTester } from "eslint";
import { describe, test } from "vitest";
import { noNondeterminism } from "./no-nondeterminism.ts";

RuleTester.describe = describe;
RuleTester.it = test;

const head = `import { workflow } from "holdpoint";
import { randomUUID } from "node:crypto";
import * as timers from "node:timers/promises";
import fs, { readFile } from "node:fs/promises";
import { shop, load, helper } from "./shop.js";
import { pick } from "lodash-es";
`;
const inWorkflow = (body: string): string =>
  `${head}export const refund = workflow({ name: "refund" }, async (ctx, input) => {\n${body}\n});`;

/** A wrong statement, what is said about it, and the edit that is offered: its name and its outcome. */
function wrong(name: string, body: string, message: RegExp, offered?: [desc: string, body: string]) {
  const suggestions = offered && [{ desc: offered[0], output: inWorkflow(offered[1]) }];
  return { name, code: inWorkflow(body), errors: [{ message, ...(suggestions && { suggestions }) }] };
}

new RuleTester().run("no-nondeterminism", noNondeterminism, {
  valid: [
    { name: "code that is not a workflow", code: "const now = Date.now(); fetch('/'); new Date();" },
    {
      name: "somebody else's workflow()",
      code: 'import { workflow } from "other"; workflow({}, async () => Date.now());',
    },
    { name: "a step", code: inWorkflow('await ctx.step("a", async () => { await fetch("/"); return Date.now(); });') },
    {
      name: "a transaction",
      code: inWorkflow('await ctx.transaction("a", async (tx) => tx.execute(sql, [Date.now()]));'),
    },
    { name: "a step's options", code: inWorkflow('await ctx.step("a", () => 1, { compensate: () => fetch("/") });') },
    { name: "a step in a branch", code: inWorkflow('await ctx.all({ a: () => ctx.step("a", () => load(1)) });') },
    { name: "a function made for a step", code: inWorkflow('await ctx.step("a", retrying(() => fetch("/")));') },
    {
      name: "a named function given to a step",
      code: inWorkflow('const get = () => fetch("/");\nawait ctx.step("a", get);'),
    },
    {
      name: "a declared function given to a step",
      code: `${inWorkflow('await ctx.step("a", get);')}\nasync function get() { return fetch("/"); }`,
    },
    {
      name: "what the context has",
      code: inWorkflow("await ctx.sleep(5); return [ctx.now(), ctx.random(), ctx.uuid()];"),
    },
    { name: "a date of a given time", code: inWorkflow("return new Date(input.at);") },
    {
      name: "a name that is not the global",
      code: inWorkflow("const fetch = () => 1; const Date = { now: () => 2 }; return [fetch(), Date.now()];"),
    },
    {
      name: "a helper that is given the context",
      code: inWorkflow("await helper(ctx, input.id); await helper({ ctx });"),
    },
    { name: "an imported function that is not awaited", code: inWorkflow("return pick(input, 'id');") },
    {
      name: "awaiting what is not imported",
      code: inWorkflow("const p = ctx.step('a', () => 1); await p; await Promise.all([p]);"),
    },
    { name: "a method that is called like a global", code: inWorkflow("return input.fetch() + input.Date.now();") },
    {
      name: "a helper of this file that no workflow uses",
      code: `${inWorkflow("return 1;")}\nconst stamp = () => Date.now();`,
    },
  ],
  invalid: [
    wrong(
      "Date.now",
      "return Date.now();",
      /^Date\.now\(\) gives another answer .*; use ctx\.now\(\)\.getTime\(\)\.$/,
      ["Use ctx.now().getTime().", "return ctx.now().getTime();"],
    ),
    wrong("new Date", "return new Date();", /^new Date\(\) .* use ctx\.now\(\)/, [
      "Use ctx.now().",
      "return ctx.now();",
    ]),
    wrong("Date as a function", "return Date();", /^Date\(\)/, ["Use String(ctx.now()).", "return String(ctx.now());"]),
    wrong("Math.random", "return Math.random();", /use ctx\.random\(\)/, ["Use ctx.random().", "return ctx.random();"]),
    wrong("performance.now", "return performance.now();", /^performance\.now/, [
      "Use ctx.now().getTime().",
      "return ctx.now().getTime();",
    ]),
    wrong("the global crypto", "return crypto.randomUUID();", /use ctx\.uuid\(\)/, [
      "Use ctx.uuid().",
      "return ctx.uuid();",
    ]),
    wrong("an imported randomUUID", "return randomUUID();", /^randomUUID\(\) .*use ctx\.uuid/, [
      "Use ctx.uuid().",
      "return ctx.uuid();",
    ]),
    wrong("globalThis", "return globalThis.Math.random();", /^Math\.random/, [
      "Use ctx.random().",
      "return ctx.random();",
    ]),
    wrong("a computed name", 'return Math["random"]();', /^Math\.random/, [
      "Use ctx.random().",
      "return ctx.random();",
    ]),
    wrong("fetch", 'await fetch("/");', /^fetch\(\) .*use a step/),
    wrong("a timer", "setTimeout(() => {}, 5);", /use ctx\.sleep/),
    wrong("a timer's promise", "await timers.setTimeout(5);", /use ctx\.sleep/),
    wrong("a file", "await readFile('a');", /^readFile\(\) .*use a step/),
    wrong("a file by the module", "await fs.readFile('a');", /use a step/),
    wrong("an argument of a step", "await ctx.step('a' + Date.now(), () => 1);", /^Date\.now/, [
      "Use ctx.now().getTime().",
      "await ctx.step('a' + ctx.now().getTime(), () => 1);",
    ]),
    wrong("a branch", "await ctx.all({ a: async () => Math.random() });", /^Math\.random/, [
      "Use ctx.random().",
      "await ctx.all({ a: async () => ctx.random() });",
    ]),
    wrong("a shielded part", "await ctx.shield(async () => { await fetch('/'); });", /^fetch/),
    wrong("awaiting an import", "await load(input.id);", /^Nothing records what load\(\) gives/, [
      "Wrap it in a step.",
      'await ctx.step("load", () => load(input.id));',
    ]),
    wrong(
      "awaiting an import's method",
      "await shop.loadOrder(1);",
      /^Nothing records what shop\.loadOrder\(\) gives/,
      ["Wrap it in a step.", 'await ctx.step("load order", () => shop.loadOrder(1));'],
    ),
    {
      name: "a context with another name",
      code: 'import { workflow } from "@holdpoint/core"; workflow({}, async (c) => Math.random());',
      errors: [
        {
          messageId: "call",
          suggestions: [
            {
              messageId: "replace",
              data: { code: "c.random()" },
              output: 'import { workflow } from "@holdpoint/core"; workflow({}, async (c) => c.random());',
            },
          ],
        },
      ],
    },
    {
      name: "a workflow whose function stands apart",
      code: 'import { workflow } from "holdpoint"; async function run() { return Math.random(); } workflow({}, run);',
      errors: [{ messageId: "call", line: 1 }],
    },
    {
      name: "a helper of the same file, once, at its own line",
      code: `${inWorkflow("return [stamp(), stamp(), [1].map(stamp)];")}\nconst stamp = () =>\n  Date.now();`,
      errors: [{ messageId: "call", line: 11 }],
    },
    {
      name: "a namespace import",
      code: 'import * as hp from "holdpoint"; hp.workflow({}, async (ctx) => { setInterval(() => Date.now(), 5); });',
      errors: [
        { messageId: "call" },
        {
          messageId: "call",
          suggestions: [
            {
              messageId: "replace",
              data: { code: "ctx.now().getTime()" },
              output:
                'import * as hp from "holdpoint"; hp.workflow({}, async (ctx) => { setInterval(() => ctx.now().getTime(), 5); });',
            },
          ],
        },
      ],
    },
  ],
});
