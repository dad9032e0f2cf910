import { jsonText } from "../terminal/json-text.ts";
import { plainText } from "../terminal/plain-text.ts";
import { processTerminal } from "../terminal/terminal.ts";
import type { CommandContext } from "./context.ts";
import { type Failure, failureOf } from "./failure.ts";
import { buildProgram, helpAsOption } from "./program.ts";

/** Runs one command line; gives its exit code: 0 done, 1 failed, 2 not understood. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  const context: CommandContext = {
    terminal: processTerminal(),
    startedIn: process.cwd(),
    exitCode: 0,
    json: args.includes("--json"),
    debug: args.includes("--debug"),
    config: undefined,
  };
  // A reader that has seen enough (`holdpoint runs | head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    const words = helpAsOption(args);
    const program = await buildProgram(context, words);
    if (args.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(words, { from: "user" });
    return context.exitCode;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) return 0;
    report(context, failure, error);
    return failure.exit;
  }
}

function report({ terminal, json, debug }: CommandContext, failure: Failure, error: unknown): void {
  if (json) {
    const { code, message, details } = failure;
    terminal.err(jsonText({ error: { code, message, details } }));
  } else {
    const code =
      failure.code === "USAGE" || failure.code === "DECLINED" ? "" : terminal.paintErr("dim", ` [${failure.code}]`);
    terminal.err(`${terminal.paintErr("red", "✗")} ${plainText(failure.message)}${code}`);
    for (const hint of failure.hints) terminal.err(`  ${plainText(hint)}`);
  }
  if (!debug) return;
  for (let one: unknown = error; one instanceof Error; one = one.cause) terminal.err(one.stack ?? one.message);
}
