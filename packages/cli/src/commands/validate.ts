import type { Issue } from "@holdpoint/core";
import { checkPipeline, findCode } from "@holdpoint/flow";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { prepareTypeScript } from "../config/typescript.ts";
import { readPipelineFile } from "../pipelines/pipeline-file.ts";
import { oneLine } from "../terminal/plain-text.ts";

interface Options {
  strict?: boolean;
  steps?: string;
}

/** What there is to say about one file. */
interface Verdict {
  file: string;
  is_valid: boolean;
  errors: readonly Issue[];
  warnings: readonly Issue[];
}

export const validateCommand: CommandFactory = (context) =>
  newCommand(
    "validate",
    "look pipelines over: all that is wrong, and all that is doubtful",
    ["holdpoint validate pipelines/hello.json", "holdpoint validate pipelines/*.json --strict --steps steps"],
    "Looks pipelines over in either dialect: their shape, steps, paths, conditions and templates, each with its place in the document. With --steps their code must be there, too. Exit code 1 when something is wrong.",
  )
    .argument("<files...>", "files of pipelines")
    .option("--strict", "what is doubtful is wrong, too")
    .option("--steps <folder>", "modules that documents name are looked for below this folder")
    .action(
      perform(context, async (session, files: string[], options: Options) => {
        const verdicts: Verdict[] = [];
        for (const file of files) verdicts.push(await verdictOn(session, file, options));
        session.result(verdicts.length === 1 ? verdicts[0] : verdicts, () =>
          verdicts.flatMap((one) => verdictLines(session, one)),
        );
        return verdicts.every((one) => one.is_valid) ? 0 : 1;
      }),
    );

async function verdictOn(session: Session, name: string, { strict, steps }: Options): Promise<Verdict> {
  const { document, mistake } = readPipelineFile(session, name);
  if (mistake !== null) return { file: name, is_valid: false, errors: [{ path: "", message: mistake }], warnings: [] };
  const { definition, problems, warnings } = checkPipeline(document);
  const errors = [...problems];
  if (definition && steps !== undefined) {
    const folder = session.path(steps);
    prepareTypeScript(`${folder}/steps.ts`);
    errors.push(...(await findCode(definition, { folder })).problems);
  }
  const doubts = strict ? [] : warnings;
  if (strict) errors.push(...warnings);
  return { file: name, is_valid: errors.length === 0, errors, warnings: doubts };
}

function verdictLines({ terminal }: Session, { file, is_valid, errors, warnings }: Verdict): string[] {
  const line = (mark: string, { path, message }: Issue): string =>
    `  ${mark} ${path === "" ? "" : `${terminal.paint("bold", oneLine(path))}  `}${oneLine(message)}`;
  return [
    `${is_valid ? terminal.paint("green", "✓") : terminal.paint("red", "✗")} ${file}`,
    ...errors.map((one) => line(terminal.paint("red", "✗"), one)),
    ...warnings.map((one) => line(terminal.paint("yellow", "!"), one)),
  ];
}
