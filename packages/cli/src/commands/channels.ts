import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { ConfigError } from "../config/find-config.ts";
import type { ChannelSetting, OutboxSetting } from "../config/outbox-setting.ts";
import type { Project } from "../config/project.ts";
import { withRecord } from "../server/recorded-change.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownTime } from "../terminal/time.ts";

/** `holdpoint channels`: the ways to people that the project's outbox has. */
export const channelsCommand: CommandFactory = (context) => {
  const command = newCommand(
    "channels",
    "the ways to people: list them with their health, test one",
    ["holdpoint channels", "holdpoint channels test mail --to ana"],
    "They stand in the configuration, as `outbox`. Secrets are never shown.",
  ).enablePositionalOptions();
  command.action(perform(context, (session) => list(session)));
  for (const one of [listCommand, test]) command.addCommand(one(context));
  return command;
};

function list(session: Session): Promise<void> {
  return session.withEngine(async (_engine, project) => {
    const channels = await outboxOf(project).channels();
    session.result({ channels }, () => renderTable(session.terminal, columns, channels));
  });
}

const listCommand = (context: CommandContext): Command =>
  newCommand("list", "list them, with how their messages arrive", ["holdpoint channels list"]).action(
    perform(context, (session) => list(session)),
  );

function test(context: CommandContext): Command {
  return newCommand("test", "send a test message; nothing can be decided by it", [
    "holdpoint channels test mail",
    "holdpoint channels test mail --to ana",
  ])
    .argument("<channel>", "as `channels` lists it")
    .option("--to <person>", "who gets it: mail goes to the address that the directory has of them (default you)")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, channel: string, options: { to?: string; by?: string }) => {
        const by = session.by(options.by);
        return withRecord(session, by, async (_engine, record, project) => {
          const work = () => outboxOf(project).test(channel, options.to ?? by);
          const result = await record("channels.test", { channel }, work);
          session.result(result, () => [
            result.ok ? `✓ ${oneLine(channel)} took it (${result.ms} ms)` : `✗ ${oneLine(result.error ?? "")}`,
          ]);
          return result.ok ? 0 : 1;
        });
      }),
    );
}

/** @throws ConfigError the project has none */
function outboxOf({ config }: Project): OutboxSetting {
  if (config.outbox) return config.outbox;
  throw new ConfigError("there are no channels: give the configuration an `outbox`, as docs/channels.md shows");
}

const columns: Column<ChannelSetting>[] = [
  { title: "CHANNEL", text: ({ name }) => oneLine(name), shrinks: 0 },
  { title: "IS", text: ({ type, target }) => oneLine(target === null ? type : `${type} at ${target}`), shrinks: 1 },
  { title: "HEALTH", text: ({ health }) => health },
  {
    title: "LATELY",
    text: ({ recent }) => `${recent.sent} sent, ${recent.waiting} waiting, ${recent.dead} dead`,
    drops: 2,
  },
  { title: "LAST SENT", text: ({ lastSentAt }) => (lastSentAt === null ? "" : shownTime(lastSentAt)), drops: 1 },
  { title: "LAST FAILURE", text: ({ lastError }) => oneLine(lastError ?? ""), shrinks: 2 },
];
