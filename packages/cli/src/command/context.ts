import { Command, Option } from "commander";
import type { Terminal } from "../terminal/terminal.ts";
import type { GlobalOptions, Session } from "./session.ts";
import { unknownCommand } from "./unknown-command.ts";

/** What all commands of one call share. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Where the command was typed. */
  readonly startedIn: string;
  /** Set by the command that ran. */
  exitCode: number;
  /** Whether `--json` was asked for, once the command line is read; for reporting failures. */
  json: boolean;
  debug: boolean;
  /** The configuration that was named, if any. */
  config: string | undefined;
}

/** Makes one command. Each lives in its own file, loaded when it is called. */
export type CommandFactory = (context: CommandContext) => Command;

/** What every command begins with: its line in the help, the options all have, its examples. */
export function newCommand(name: string, summary: string, examples: readonly string[], description = summary): Command {
  const lines = examples.map((example) => `  $ ${example}`).join("\n");
  const command = new Command(name).summary(summary).description(description);
  for (const option of globalOptions()) command.addOption(option);
  return command.addHelpText("after", `\nExample${examples.length > 1 ? "s" : ""}:\n${lines}`);
}

/** Understood before and after a command's name. */
export function globalOptions(): Option[] {
  return [
    new Option("--json", "machine-readable output"),
    new Option("--config <file>", "configuration to use instead of the nearest holdpoint.config.ts"),
    new Option("--debug", "show where errors come from"),
  ];
}

/**
 * Wraps a command's work: gives it a session made from the options, and keeps the number it returns as exit code (anything else means 0).
 * The handler gets the arguments first and the options last.
 */
export function perform<Args extends unknown[]>(
  context: CommandContext,
  work: (session: Session, ...args: Args) => Promise<unknown>,
): (this: Command, ...args: unknown[]) => Promise<void> {
  return async function (this: Command, ...all: unknown[]) {
    // A command that lists by itself and has commands below it: what follows it must be one of those.
    const [word] = this.commands.length > 0 ? this.args : [];
    if (word !== undefined) {
      throw await unknownCommand(
        word,
        this.commands.map((command) => command.name()),
      );
    }
    const options = this.optsWithGlobals<GlobalOptions>();
    context.json = options.json === true;
    context.debug = options.debug === true;
    context.config = options.config;
    const { Session } = await import("./session.ts");
    const session = new Session(context, options);
    const args = [...all.slice(0, this.registeredArguments.length), options] as Args;
    const code = await work(session, ...args);
    context.exitCode = typeof code === "number" ? code : 0;
  };
}

/** Collects an option that may be given several times. */
export function repeated(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
