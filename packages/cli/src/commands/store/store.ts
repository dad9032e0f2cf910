import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { copyCommand } from "./copy.ts";

/** `holdpoint store`: what is done to a store as a whole. */
export const storeCommand: CommandFactory = (context) => {
  const command = newCommand("store", "move a store from one database to another", [
    "holdpoint store copy .holdpoint/holdpoint.db postgres://app@db.internal/app",
  ])
    .enablePositionalOptions()
    .allowExcessArguments();
  command.action(perform(context, async () => command.outputHelp()));
  return command.addCommand(copyCommand(context));
};
