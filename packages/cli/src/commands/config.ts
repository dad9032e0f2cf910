import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { projectSettings } from "../config/project.ts";
import { maskedValue } from "../settings/masked.ts";
import type { EffectiveSetting } from "../settings/read-settings.ts";
import { codeFields } from "../settings/settings.ts";
import { unknownVariables } from "../settings/unknown-names.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";

/** One setting as it is shown. */
interface ShownSetting {
  setting: string;
  variable: string;
  /** Null where nothing holds. */
  value: unknown;
  source: EffectiveSetting["source"];
  from: string | null;
}

export const configCommand: CommandFactory = (context) =>
  newCommand(
    "config",
    "every setting as it holds here, and who said so; secrets masked",
    ["holdpoint config", "holdpoint config server.rates", "holdpoint config --changed --json"],
    `Reads holdpoint.config.ts and the environment as \`holdpoint start\` does, and shows every setting with its value and where that came
from: a flag goes before the environment, that before the file, that before the default. Opens nothing. Exit code 1, with a sentence for
each, when a setting is wrong.`,
  )
    .argument("[part]", "only settings that begin so: server.rates")
    .option("--changed", "only what is not the default")
    .action(
      perform(context, (session, part?: string, options: { changed?: boolean } = {}) => show(session, part, options)),
    );

async function show(session: Session, part = "", { changed = false }: { changed?: boolean }): Promise<number> {
  const { settings, configPath, config } = await projectSettings(session.startedIn, session.configName);
  const shown = [...settings.values()]
    .map(shownOf)
    .filter(({ setting }) => part === "" || setting === part || setting.startsWith(`${part}.`))
    .filter(({ source }) => !changed || source !== "default");
  const unknown = unknownVariables(process.env);
  const inCode = codeIn(config as unknown as Record<string, unknown>);
  session.result({ file: configPath, settings: shown, inCode, unknownVariables: unknown }, () => [
    configPath,
    ...(shown.length === 0 ? ["nothing but defaults"] : renderTable(session.terminal, columns, shown)),
    ...(inCode.length === 0 || part !== "" ? [] : [`in code: ${inCode.join(", ")}`]),
  ]);
  for (const { name, meant } of unknown)
    session.note(`! ${name} is no setting${meant === null ? "" : `; did you mean ${meant}?`}`);
  return unknown.some(({ meant }) => meant !== null) ? 1 : 0;
}

function shownOf({ setting, value, source, from }: EffectiveSetting): ShownSetting {
  const shown = source === "default" ? value : maskedValue(setting, value);
  return { setting: setting.path, variable: setting.env, value: shown ?? null, source, from };
}

/** What the configuration says that is no value. */
function codeIn(config: Record<string, unknown>): string[] {
  return Object.entries(codeFields).flatMap(([group, names]) => {
    const at = (group === "" ? config : config[group]) as Record<string, unknown> | undefined;
    const before = group === "" ? "" : `${group}.`;
    return names.filter((name) => at?.[name] !== undefined).map((name) => `${before}${name}`);
  });
}

const columns: Column<ShownSetting>[] = [
  { title: "SETTING", text: ({ setting }) => setting },
  { title: "VALUE", text: ({ value }) => oneLine(valueText(value)), shrinks: 0 },
  { title: "FROM", text: ({ source, from }) => (from === null ? source : `${source}: ${oneLine(from)}`), shrinks: 1 },
  { title: "VARIABLE", text: ({ variable }) => variable, drops: 1 },
];

const valueText = (value: unknown): string =>
  value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
