import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

test("docs/errors.md has every error with its code, and no other", () => {
  const sources = [
    "packages/core/src/errors.ts",
    "packages/flow/src/definition/errors.ts",
    "packages/tasks/src/errors.ts",
    "packages/channels/src/errors.ts",
    "packages/ai/src/errors.ts",
    "packages/ai/src/budget/budget.ts",
    "packages/ai/src/cli-agent/cli-agent-error.ts",
    "packages/server/src/sign-in/agent/enforce.ts",
  ];
  const source = sources.map((path) => readFileSync(join(root, path), "utf8")).join("\n");
  const declared = [...source.matchAll(/class (\w+) extends HoldpointError.*?super\(\s*"([A-Z_]+)"/gs)];
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const rows = [...page.matchAll(/^[|] `([A-Z_]+)` [|] `(\w+)` [|]/gm)];
  expect(rows.map(([, code, name]) => `${name} ${code}`).sort()).toEqual(
    declared.map(([, name, code]) => `${name} ${code}`).sort(),
  );
});
