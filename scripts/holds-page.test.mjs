import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(resolve(root, "docs/holds.md"), "utf8");
const section = page.slice(page.indexOf("## What holds can do"), page.indexOf("## What is kept"));
const rows = [...section.matchAll(/^\| (?!---)(.+) \| (.+) \|$/gm)]
  .map(([, what, name]) => ({ what, name }))
  .filter(({ name }) => name !== "test");

/** Titles of tests, as the sources write them: of `test`, `test.each`, `describe`. */
const sources = globSync("{packages,examples}/*/**/*.test.ts", {
  cwd: root,
  exclude: (path) => /node_modules|dist/.test(path),
})
  .map((file) => readFileSync(resolve(root, file), "utf8"))
  .join("\n");

describe("docs/holds.md", () => {
  test("has a table of what holds can do", () => expect(rows.length).toBeGreaterThan(40));

  test.each(rows)("$what: the test that shows it is there", ({ name }) => {
    const quoted = ['"', "'", "`"].some((quote) => sources.includes(`${quote}${name}${quote}`));
    expect(quoted, `no test is called "${name}"`).toBe(true);
  });
});
