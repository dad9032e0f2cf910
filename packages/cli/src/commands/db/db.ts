import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { migrateCommand } from "./migrate.ts";
import { statusCommand } from "./status.ts";

/** `holdpoint db`: the application's own tables. */
export const dbCommand: CommandFactory = (context) => {
  const command = newCommand("db", "your own tables: migrations from a folder of SQL files", [
    "holdpoint db migrate migrations --url postgres://app@db.internal/app",
    "holdpoint db status migrations --url app.db",
  ])
    .enablePositionalOptions()
    .allowExcessArguments();
  command.action(perform(context, async () => command.outputHelp()));
  return command.addCommand(migrateCommand(context)).addCommand(statusCommand(context));
};
