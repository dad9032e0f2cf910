import { Linter } from "eslint";
import { expect, test } from "vitest";
import plugin from "./index.ts";

test("the recommended configuration works as it stands: nondeterminism is an error, the environment a warning", () => {
  const code = `import { workflow } from "holdpoint";
workflow({ name: "a" }, async (ctx) => {
  const key = process.env.KEY;
  return Math.random();
});`;
  const messages = new Linter().verify(code, [plugin.configs.recommended]);
  expect(messages.map(({ ruleId, severity, line }) => ({ ruleId, severity, line }))).toEqual([
    { ruleId: "holdpoint/no-environment", severity: 1, line: 3 },
    { ruleId: "holdpoint/no-nondeterminism", severity: 2, line: 4 },
  ]);
});
