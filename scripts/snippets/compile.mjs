// Compiles the programs of all pages in one go, against the built packages.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

const compilerOptions = {
  target: "es2023",
  lib: ["es2024", "esnext.disposable"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  moduleDetection: "force",
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true,
  rootDir: "source",
  outDir: "built",
};

/**
 * @param {import("./programs.mjs").Program[]} programs
 * @param {string} directory an empty directory inside the checkout, so that packages are found as a user would find them
 * @returns {{ problems: { program: import("./programs.mjs").Program, at: string, message: string }[], builtFile: (program: import("./programs.mjs").Program) => string }}
 */
export function compile(programs, directory) {
  const place = (program) => join(folderOf(program.page), program.name);
  const byPlace = new Map(programs.map((program) => [place(program), program]));
  if (byPlace.size < programs.length) throw new Error("two blocks of a page have the same file name");

  for (const [path, program] of byPlace) {
    const file = join(directory, "source", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, program.code);
  }
  writeFileSync(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["source"] }));

  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
    cwd: directory,
    encoding: "utf8",
  });
  const problems = [];
  for (const line of `${stdout}${stderr}`.split("\n")) {
    const found = /^source[/](.+?)\((\d+),(\d+)\): (error .*)$/.exec(line);
    const program = found && byPlace.get(found[1]);
    if (program) {
      problems.push({ program, at: `${program.page}:${program.lines[found[2] - 1]}:${found[3]}`, message: found[4] });
    } else if (problems.length > 0 && line.startsWith("  ")) {
      problems.at(-1).message += `\n${line}`;
    } else if (line.trim() !== "") {
      throw new Error(`the snippets could not be compiled: ${line}`);
    }
  }
  return { problems, builtFile: (program) => join(directory, "built", place(program).replace(/[.]ts$/, ".js")) };
}

function folderOf(page) {
  return relative(root, resolve(root, page)).replaceAll(/[^A-Za-z0-9]+/g, "-");
}
