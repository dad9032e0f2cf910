import { type ImportedFile, importPipelines, pipelineCatalog } from "@holdpoint/flow";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { prepareTypeScript } from "../config/typescript.ts";
import { oneLine } from "../terminal/plain-text.ts";

interface Options {
  catalog: string;
  steps?: string;
}

export const importCommand: CommandFactory = (context) =>
  newCommand(
    "import",
    "take a folder's pipelines into the project's catalog",
    ["holdpoint import pipelines", "holdpoint import pipelines --steps steps --json"],
    "Takes every pipeline in a folder and below it into a catalog. A changed one is a new version, and the version before it stays for the runs it has; an unchanged one is skipped. Exit code 1 when some file is wrong; the others are taken in all the same.",
  )
    .argument("<folder>", "where the pipelines are")
    .option("--catalog <folder>", "where they are kept", ".holdpoint/pipelines")
    .option("--steps <folder>", "modules that documents name must be there, below this folder")
    .action(
      perform(context, async (session, folder: string, { catalog, steps }: Options) => {
        const code = steps === undefined ? undefined : { folder: session.path(steps) };
        if (code) prepareTypeScript(`${code.folder}/steps.ts`);
        const into = pipelineCatalog(session.path(catalog));
        const report = await session.progress("importing", importPipelines(session.path(folder), into, code));
        session.result(report, () => [
          ...report.files.filter(({ status }) => status !== "ignored").flatMap((file) => fileLines(session, file)),
          `${report.added} added, ${report.updated} updated, ${report.skipped} unchanged, ${report.errors} wrong`,
        ]);
        return report.errors > 0 ? 1 : 0;
      }),
    );

function fileLines({ terminal }: Session, { file, status, slug, version, problems = [] }: ImportedFile): string[] {
  const wrong = status === "error";
  const what = wrong ? "wrong" : `${status === "skipped" ? "unchanged" : status}  ${slug} v${version}`;
  return [
    `${wrong ? terminal.paint("red", "✗") : terminal.paint("green", "✓")} ${oneLine(file)}  ${what}`,
    ...problems.map(({ path, message }) => `    ${path === "" ? "" : `${oneLine(path)}  `}${oneLine(message)}`),
  ];
}
