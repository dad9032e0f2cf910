import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { closest } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { configNames } from "../config/find-config.ts";
import { examples, templateFiles } from "../init/templates.ts";
import { shellWord } from "../terminal/shell-word.ts";

interface Options {
  example: string;
}

export const initCommand: CommandFactory = (context) =>
  newCommand(
    "init",
    "make a project that runs: a workflow, a hold, a test",
    ["holdpoint init my-project", "holdpoint init my-desk --example support-reply"],
    `Writes a project that runs. Files that exist are kept.\n\nExamples to start from:\n${Object.entries(examples)
      .map(([name, { about }]) => `  ${name.padEnd(15)}${about}`)
      .join("\n")}`,
  )
    .argument("[dir]", "where; made when it is not there", ".")
    .option("--example <name>", `which: ${Object.keys(examples).join(", ")}`, "refund")
    .action(perform(context, async (session, dir: string, { example }: Options) => makeProject(session, dir, example)));

function makeProject(session: Session, dir: string, example: string): void {
  const chosen = examples[example];
  if (!chosen) {
    const names = Object.keys(examples);
    const close = closest(example, names);
    throw new UsageError(
      `unknown example '${example}'${close ? `, did you mean '${close}'?` : `: ${names.join(", ")}`}`,
    );
  }
  const directory = session.path(dir);
  const there = configNames.find((name) => existsSync(join(directory, name)));
  if (there) throw new UsageError(`${join(dir, there)} exists: this is a Holdpoint project already`);
  const files = templateFiles(example, packageName(directory));
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) {
    const file = join(directory, path);
    if (existsSync(file)) {
      kept.push(path);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    written.push(path);
  }
  const asksModels = files.some(({ path, text }) => path === "package.json" && text.includes('"@holdpoint/ai"'));
  const packages = ["holdpoint", ...(asksModels ? ["@holdpoint/ai"] : []), "zod"];
  const install = kept.includes("package.json") ? [`npm install ${packages.join(" ")}`] : ["npm install", "npm test"];
  const next = nextSteps(session, directory, chosen.firstRun, install);
  session.result({ directory, example, written, kept, next }, () =>
    projectLines(session, dir, { written, kept, next }),
  );
}

function nextSteps(session: Session, directory: string, firstRun: string, install: readonly string[]): string[] {
  const way = relative(session.startedIn, directory);
  return [
    ...(way === "" ? [] : [`cd ${shellWord(way)}`]),
    ...install,
    `npx holdpoint ${firstRun}`,
    "npx holdpoint holds",
  ];
}

function projectLines(
  { terminal }: Session,
  dir: string,
  { written, kept, next }: { written: string[]; kept: string[]; next: string[] },
): string[] {
  return [
    `${terminal.paint("green", "✓")} a project in ${dir === "." ? "this directory" : dir}`,
    ...written.map((path) => `  ${path}`),
    ...kept.map((path) => terminal.paint("yellow", `  ${path} was there and is kept`)),
    ...(kept.includes("package.json") ? [terminal.paint("yellow", '  package.json needs "type": "module"')] : []),
    "",
    "Now type:",
    ...next.map((line) => `  ${terminal.paint("dim", "$")} ${terminal.paint("bold", line)}`),
  ];
}

/** The directory's name as npm takes names. */
function packageName(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  return name || "my-project";
}
