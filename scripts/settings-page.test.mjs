// The table of docs/settings.md is the schema's.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { otherVariables } from "../packages/cli/src/settings/settings.ts";
import { settingsTable } from "../packages/cli/src/settings/settings-table.ts";

const page = readFileSync(resolve(import.meta.dirname, "../docs/settings.md"), "utf8");

test("docs/settings.md has every setting as the schema has it", () => {
  const [, table] = page.split(/<!-- settings: .* -->\n/);
  expect(table?.trim()).toBe(settingsTable());
});

test("docs/settings.md names the variables that are no settings", () => {
  for (const name of Object.keys(otherVariables)) expect(page).toContain(`\`${name}\``);
});
