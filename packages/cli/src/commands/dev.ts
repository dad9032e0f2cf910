import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { requireConfig } from "../config/find-config.ts";
import { superviseWorker } from "../dev/supervise-worker.ts";

export const devCommand: CommandFactory = (context) =>
  newCommand(
    "dev",
    "work the project's store, reload on change, show what happens",
    ["holdpoint dev"],
    `Makes this terminal a worker: it executes the project's runs, shows what they do, and starts over with the new code when the
configuration or a file it imports changes. What was running goes on where it was.

With @holdpoint/server installed it serves the API and the inbox (and the console, with @holdpoint/console), and you are signed in on this machine: answer holds in the browser,
or with \`holdpoint run\` and \`holdpoint decide\` in another terminal. Ctrl-C lets running steps end and stops.`,
  ).action(
    perform(context, (session) => {
      const configPath = requireConfig(session.startedIn, context.config);
      return superviseWorker(session, configPath);
    }),
  );
