import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBlocks, readBlocks } from "./blocks.mjs";
import { compile } from "./compile.mjs";
import { findPages } from "./pages.mjs";
import { programsOf, scriptsOf } from "./programs.mjs";
import { runProgram, runScript } from "./run.mjs";

const root = resolve(import.meta.dirname, "../..");
const shelf = join(root, ".snippets");
mkdirSync(shelf, { recursive: true });

/** A directory inside the checkout that is gone after the tests. */
function temporary() {
  const directory = mkdtempSync(join(shelf, "pages-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An empty project with Holdpoint installed. */
function emptyProject(directory, name) {
  const project = join(directory, "projects", name.replaceAll(/[^A-Za-z0-9]+/g, "-"));
  mkdirSync(project, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  return project;
}

const pages = findPages(root)
  .map((page) => ({ page, blocks: readBlocks(join(root, page)).map((block) => ({ ...block, file: page })) }))
  .map(({ page, blocks }) => ({ page, programs: programsOf(blocks), scripts: scriptsOf(blocks) }))
  .filter(({ programs, scripts }) => programs.length + scripts.length > 0);

describe.each(pages)("$page", ({ page, programs, scripts }) => {
  const directory = temporary();
  let compiled;
  beforeAll(() => {
    compiled = programs.length > 0 ? compile(programs, directory) : undefined;
  });

  for (const program of programs) {
    test(`${program.name} compiles${program.runs ? " and runs" : ""}`, () => {
      const problems = compiled.problems.filter((problem) => problem.program === program);
      if (problems.length > 0) expect.fail(problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
      if (!program.runs) return;
      const problem = runProgram(compiled.builtFile(program), emptyProject(directory, program.name));
      if (problem) expect.fail(`${page}:${program.line}: ${problem}`);
    });
  }

  for (const [index, script] of scripts.entries()) {
    test(`shell block ${index + 1} runs`, () => {
      const project = index === 0 ? emptyProject(directory, "shell") : join(directory, "projects/shell");
      const problem = runScript(script.code, project);
      if (problem) expect.fail(`${page}:${script.line}: ${problem}`);
    });
  }
});

describe("how pages are read and checked", () => {
  const directory = temporary();
  const page = [
    "# A page", // 1
    "```ts file=shop.ts",
    'export const price = (id: string): number => id.length; throw new Error("only when imported");',
    "```",
    "```ts", // 5
    "export const one: number = 1;",
    "```",
    "```ts continues",
    "const two: string = one;",
    "if (two) process.exit(3);", // 10
    "```",
    "```ts",
    'throw new Error("at run time");',
    "```",
    "```ts no-run", // 15
    'import { price } from "./shop.ts";',
    'price("a").toFixed();',
    "```",
    "```sh run",
    "false | true", // 20
    "```",
    "```sh",
    "rm nothing",
    "```",
  ].join("\n");
  const blocks = parseBlocks(page, "a.md");
  const programs = programsOf(blocks);
  const { problems, builtFile } = compile(programs, directory);

  test("each block is a program, or goes on with the one before", () => {
    expect(programs.map(({ name, line, runs }) => [name, line, runs])).toEqual([
      ["shop.ts", 3, false],
      ["block-2.ts", 6, true],
      ["block-3.ts", 13, true],
      ["block-4.ts", 16, false],
    ]);
  });

  test("a type error is found and named by its line on the page", () => {
    expect(problems.map(({ at }) => at)).toEqual(["a.md:9:7"]);
    expect(problems[0].message).toContain("not assignable to type 'string'");
  });

  test("a program that throws is found", () => {
    expect(runProgram(builtFile(programs[2]), directory)).toContain("at run time");
  });

  test("a program that ends well is not", () => {
    const file = join(directory, "well.js");
    writeFileSync(file, "");
    expect(runProgram(file, directory)).toBeUndefined();
  });

  test("a shell block that fails anywhere is found, and only blocks marked run are run", () => {
    const scripts = scriptsOf(blocks);
    expect(scripts.map(({ line }) => line)).toEqual([20]);
    expect(runScript(scripts[0].code, directory)).toContain("exit code 1");
    expect(runScript("true", directory)).toBeUndefined();
  });

  test("an unknown word, a block that is not closed and a continuation of nothing are errors with their line", () => {
    expect(() => programsOf(parseBlocks("```ts norun\n```", "b.md"))).toThrow('b.md:1: "norun"');
    expect(() => parseBlocks("text\n```ts\n", "b.md")).toThrow("b.md:2");
    expect(() => programsOf(parseBlocks("```ts continues\n```", "b.md"))).toThrow("b.md:1");
  });

  test("pages are found wherever a reader may look", () => {
    expect(findPages(root)).toEqual(
      expect.arrayContaining(["CONTRIBUTING.md", "docs/dependencies.md", "packages/core/README.md"]),
    );
  });
});
