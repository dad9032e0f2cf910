import { settings } from "./settings.ts";

/** The table of all settings, in Markdown: `docs/settings.md` has it word for word. */
export function settingsTable(): string {
  const rows = settings.map(({ path, env, envFile, says, standard }) => {
    const variables = envFile === undefined ? `\`${env}\`` : `\`${env}\`, \`${envFile}\``;
    const holds = standard.startsWith("(") ? standard.slice(1, -1) : `\`${standard}\``;
    return `| \`${path}\` | ${variables} | ${holds} | ${says} |`;
  });
  return ["| in the file | variable | default | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
