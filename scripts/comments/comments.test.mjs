import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../snippets/compile.mjs";
import { examplesOf, surroundings } from "./examples.mjs";
import { commentAbove, publicSymbols } from "./public-symbols.mjs";

const root = resolve(import.meta.dirname, "../..");
const doors = {
  "packages/core/src/index.ts": "@holdpoint/core",
  "packages/cli/src/index.ts": "holdpoint",
  "packages/cli/src/testing.ts": "holdpoint/testing",
  "packages/tasks/src/index.ts": "@holdpoint/tasks",
  "packages/channels/src/index.ts": "@holdpoint/channels",
  "packages/annotate/src/index.ts": "@holdpoint/annotate",
  "packages/client/src/index.ts": "@holdpoint/client",
  "packages/telemetry/src/index.ts": "@holdpoint/telemetry",
  "packages/server/src/index.ts": "@holdpoint/server",
};
const symbols = Object.fromEntries(Object.keys(doors).map((door) => [door, publicSymbols(root, door)]));

/** Where what authors and operators use is declared: there, members are documented too. */
const forEverybody = /packages\/core\/src\/(workflow|engine|testing\/kit)\/|packages\/cli\//;
/** Standard Schema's own types: their words, not ours. */
const standard = /^Standard/;

const at = (file, line) => `${relative(root, file)}:${line}`;

describe.each(Object.entries(symbols))("%s", (_door, given) => {
  test("every symbol it gives out has a doc comment", () => {
    expect(given.length).toBeGreaterThan(5);
    const bare = given.filter(({ comment }) => comment === "");
    expect(bare.map(({ name, file, line }) => `${name} (${at(file, line)})`)).toEqual([]);
  });

  test("so has every member of what authors and operators use", () => {
    const bare = given
      .filter(({ name, file }) => forEverybody.test(file) && !standard.test(name))
      .flatMap(({ name, file, members }) => members.map((member) => ({ ...member, file, owner: name })))
      .filter(({ comment }) => comment === "");
    expect(bare.map(({ owner, name, file, line }) => `${owner}.${name} (${at(file, line)})`)).toEqual([]);
  });
});

describe("examples in doc comments", () => {
  const shelf = join(root, ".snippets");
  mkdirSync(shelf, { recursive: true });
  const directory = mkdtempSync(join(shelf, "comments-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const commented = new Map();
  for (const { file, line, comment, members, name } of Object.values(symbols).flat()) {
    commented.set(at(file, line), { name, comment });
    for (const one of members) commented.set(at(file, one.line), { name: `${name}.${one.name}`, comment: one.comment });
  }
  const programs = [...commented].flatMap(([place, { name, comment }]) =>
    examplesOf(comment).map((code, index) => ({
      page: place,
      name: `${name.replaceAll(".", "-")}-${index + 1}.ts`,
      line: 1,
      code: `export {};\n${code}\n`,
      lines: code.split("\n").map((_, i) => i),
      runs: false,
    })),
  );
  const values = Object.entries(doors)
    .filter(([door]) => !door.startsWith("packages/core"))
    .flatMap(([door, name]) => symbols[door].filter(isValue).map((symbol) => ({ name: symbol.name, door: name })));
  const world = {
    page: "surroundings",
    name: "surroundings.ts",
    line: 1,
    code: surroundings(values),
    lines: [],
    runs: false,
  };
  const { problems } = compile([world, ...programs], directory);

  test("there are many", () => {
    expect(programs.length).toBeGreaterThan(50);
    expect(problems.filter(({ program }) => program === world)).toEqual([]);
  });

  test.each(programs.map((program) => ({ program, title: `${program.name} at ${program.page}` })))(
    "$title compiles",
    ({ program }) => {
      const found = problems.filter((problem) => problem.program === program);
      expect(found.map(({ message }) => message)).toEqual([]);
    },
  );
});

/** Whether it is there at run time. */
function isValue({ file, line }) {
  return /^export (?:abstract |async )*(?:function|class|const)/.test(readFileSync(file, "utf8").split("\n")[line - 1]);
}

describe("how comments are read", () => {
  test("a comment is what ends on the line above, without its stars; a note between is passed over", () => {
    const lines = ["/**", " * Says", " * much.", " */", "// a note", "export const a = 1;", "", "/** One. */", "b"];
    expect(commentAbove(lines, 5)).toBe("Says\nmuch.");
    expect(commentAbove(lines, 8)).toBe("One.");
    expect(commentAbove(lines, 7)).toBe("");
  });

  test("examples are taken out of a comment, to the next tag", () => {
    expect(examplesOf("Says.\n\n@example\na();\nb();\n\n@throws E\n@example c();")).toEqual(["a();\nb();", "c();"]);
  });
});
