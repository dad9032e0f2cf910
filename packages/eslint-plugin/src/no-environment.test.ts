import { RuleTester } from "eslint";
import { describe, test } from "vitest";
import { noEnvironment } from "./no-environment.ts";

RuleTester.describe = describe;
RuleTester.it = test;

const inWorkflow = (body: string): string =>
  `import { workflow } from "holdpoint"; import { env } from "node:process"; const apart = process.env.A; workflow({}, async (ctx, input) => { ${body} });`;

new RuleTester().run("no-environment", noEnvironment, {
  valid: [
    { name: "in a step", code: inWorkflow('return ctx.step("a", () => process.env.KEY);') },
    { name: "something else of the process", code: inWorkflow("return process.pid;") },
    {
      name: "a variable that is called process",
      code: inWorkflow("const process = { env: {} }; return process.env.A;"),
    },
  ],
  invalid: [
    { name: "a variable", code: inWorkflow("return process.env.KEY;"), errors: [{ messageId: "environment" }] },
    { name: "all of them", code: inWorkflow("return { ...process.env };"), errors: [{ messageId: "environment" }] },
    { name: "imported", code: inWorkflow("return env.KEY;"), errors: [{ messageId: "environment" }] },
  ],
});
