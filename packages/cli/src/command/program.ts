import { Command } from "commander";
import { version } from "../version.ts";
import { type CommandContext, type CommandFactory, globalOptions } from "./context.ts";
import { unknownCommand } from "./unknown-command.ts";

interface Entry {
  summary: string;
  load: () => Promise<CommandFactory>;
}

/** Every command with its line in the help. Its file is loaded only when it is called. */
export const commands: Record<string, Entry> = {
  init: {
    summary: "make a project that runs: a workflow, a hold, a test",
    load: async () => (await import("../commands/init.ts")).initCommand,
  },
  dev: {
    summary: "work the project's store, reload on change, show what happens",
    load: async () => (await import("../commands/dev.ts")).devCommand,
  },
  start: {
    summary: "production: a worker and, with @holdpoint/server, the API",
    load: async () => (await import("../commands/start.ts")).startCommand,
  },
  config: {
    summary: "every setting as it holds here, and who said so; secrets masked",
    load: async () => (await import("../commands/config.ts")).configCommand,
  },
  mcp: {
    summary: "the inbox for an MCP client, over standard input and output",
    load: async () => (await import("../commands/mcp.ts")).mcpCommand,
  },
  run: { summary: "start a run of a workflow", load: async () => (await import("../commands/run.ts")).runCommand },
  runs: {
    summary: "list runs; show, cancel, pause, resume, retry, fork, migrate, pin, signal",
    load: async () => (await import("../commands/runs/runs.ts")).runsCommand,
  },
  why: {
    summary: "say why a run is where it is, and what would let it go on",
    load: async () => (await import("../commands/why.ts")).whyCommand,
  },
  holds: {
    summary: "list what waits for a person; show one with its evidence, export one",
    load: async () => (await import("../commands/holds.ts")).holdsCommand,
  },
  decide: {
    summary: "answer a hold",
    load: async () => (await import("../commands/decide.ts")).decideCommand,
  },
  annotations: {
    summary: "how an annotation queue stands and how well annotators agree; export its labels",
    load: async () => (await import("../commands/annotations.ts")).annotationsCommand,
  },
  grants: {
    summary: "list approvals given in advance; show, give, revoke",
    load: async () => (await import("../commands/grants/grants.ts")).grantsCommand,
  },
  schedule: {
    summary: "list schedules; add, show, pause, resume, remove, run, backfill, emit, history",
    load: async () => (await import("../commands/schedule/schedule.ts")).scheduleCommand,
  },
  keys: {
    summary: "API keys of the server: list, create, rotate, revoke",
    load: async () => (await import("../commands/keys.ts")).keysCommand,
  },
  channels: {
    summary: "the ways to people: list them with their health, test one",
    load: async () => (await import("../commands/channels.ts")).channelsCommand,
  },
  accounts: {
    summary: "local accounts of the server: list, invite, change, disable, enable, reset, remove",
    load: async () => (await import("../commands/accounts.ts")).accountsCommand,
  },
  people: {
    summary: "people whom the store knows: list, add, remove",
    load: async () => (await import("../commands/people/people.ts")).peopleCommand,
  },
  groups: {
    summary: "groups of people in the store: list, add, remove",
    load: async () => (await import("../commands/people/groups.ts")).groupsCommand,
  },
  substitutions: {
    summary: "who stands in for whom: list, add, remove",
    load: async () => (await import("../commands/people/substitutions.ts")).substitutionsCommand,
  },
  sessions: {
    summary: "who is signed in with a browser: list, end",
    load: async () => (await import("../commands/sessions.ts")).sessionsCommand,
  },
  clients: {
    summary: "machines with tokens of the built-in issuer: list, register, rotate, revoke",
    load: async () => (await import("../commands/clients.ts")).clientsCommand,
  },
  encryption: {
    summary: "encrypted payloads: which keys are in use, rewrap with the current one, make a key",
    load: async () => (await import("../commands/encryption.ts")).encryptionCommand,
  },
  audit: {
    summary: "the server's audit log: list, export, verify",
    load: async () => (await import("../commands/audit.ts")).auditCommand,
  },
  eval: {
    summary: "run an evaluation, compare it with an earlier one, fail below its thresholds",
    load: async () => (await import("../commands/eval.ts")).evalCommand,
  },
  check: {
    summary: "replay live runs against this code before you deploy it",
    load: async () => (await import("../commands/check.ts")).checkCommand,
  },
  verify: {
    summary: "recompute a run's hash chain, or check an exported hold",
    load: async () => (await import("../commands/verify.ts")).verifyCommand,
  },
  export: {
    summary: "write a run, or the chain heads of runs, as JSON",
    load: async () => (await import("../commands/export.ts")).exportCommand,
  },
  erase: {
    summary: "remove the content of finished runs, for good",
    load: async () => (await import("../commands/erase.ts")).eraseCommand,
  },
  retain: {
    summary: "apply retention now",
    load: async () => (await import("../commands/retain.ts")).retainCommand,
  },
  retention: {
    summary: "what stays how long, how much there is, and what has had its time",
    load: async () => (await import("../commands/retention.ts")).retentionCommand,
  },
  store: {
    summary: "copy a store to another database, resumable and verified",
    load: async () => (await import("../commands/store/store.ts")).storeCommand,
  },
  db: {
    summary: "your own tables: apply migrations, show where they stand",
    load: async () => (await import("../commands/db/db.ts")).dbCommand,
  },
  workflows: {
    summary: "list the project's workflows",
    load: async () => (await import("../commands/workflows.ts")).workflowsCommand,
  },
  validate: {
    summary: "look pipelines over: all that is wrong, and all that is doubtful",
    load: async () => (await import("../commands/validate.ts")).validateCommand,
  },
  format: {
    summary: "write pipelines with two spaces, a line for each field",
    load: async () => (await import("../commands/format.ts")).formatCommand,
  },
  visualize: {
    summary: "draw a pipeline: Mermaid, Graphviz or SVG",
    load: async () => (await import("../commands/visualize.ts")).visualizeCommand,
  },
  import: {
    summary: "take a folder's pipelines into the project's catalog",
    load: async () => (await import("../commands/import.ts")).importCommand,
  },
  version: {
    summary: "versions of holdpoint, Node and SQLite",
    load: async () => (await import("../commands/version.ts")).versionCommand,
  },
};

/** The command line, with the one command loaded that `args` call; of the others only name and summary. */
export async function buildProgram(context: CommandContext, args: readonly string[]): Promise<Command> {
  const program = new Command("holdpoint")
    .description("Durable workflows for AI work with people in the loop.")
    .version(version(), "-V, --version", "print the version")
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nStart with:\n  $ holdpoint init my-project\n\nEvery command takes --help, and --json for machines. Exit codes: 0 done, 1 failed, 2 not understood.",
    );
  for (const option of globalOptions()) program.addOption(option.hideHelp());
  const [called] = args.filter((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--config");
  if (called !== undefined && !Object.hasOwn(commands, called))
    throw await unknownCommand(called, Object.keys(commands));
  for (const [name, entry] of Object.entries(commands)) {
    if (name === called) program.addCommand((await entry.load())(context));
    else program.command(name).summary(entry.summary).description(entry.summary).allowUnknownOption();
  }
  return quietly(program);
}

/** `holdpoint help runs cancel` is `holdpoint runs cancel --help`. */
export function helpAsOption(args: readonly string[]): readonly string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
}

/** No command ends the process or prints errors by itself; an error about its arguments says how it is called. */
function quietly(command: Command, path = command.name()): Command {
  command.configureOutput({ writeErr: () => {} }).exitOverride((error) => {
    if (!error.code.endsWith("Argument") && !error.code.endsWith("Arguments")) throw error;
    throw Object.assign(error, { usage: `${path} ${command.usage()}` });
  });
  for (const one of command.commands) quietly(one, `${path} ${one.name()}`);
  return command;
}
