import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { buildProgram, commands } from "../packages/cli/src/command/program.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/cli.md"), "utf8");

/** A command and all below it, with its full name. */
function* walk(command, name) {
  yield { name, options: command.options.map(({ long }) => long) };
  for (const below of command.commands) yield* walk(below, `${name} ${below.name()}`);
}

test.each(Object.keys(commands))("docs/cli.md has the command %s with every option", async (called) => {
  const program = await buildProgram({ terminal: {}, startedIn: root }, [called]);
  const command = program.commands.find((one) => one.name() === called);
  for (const { name, options } of walk(command, called)) {
    expect(page, name).toMatch(new RegExp(`^[|].*\`${name}[ \`]`, "m"));
    for (const option of options) expect(page, `${name} ${option}`).toMatch(new RegExp(`${option}\\b`));
  }
});
