import { writeFileSync } from "node:fs";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { documentOf, readPipelineFile } from "../pipelines/pipeline-file.ts";

export const formatCommand: CommandFactory = (context) =>
  newCommand(
    "format",
    "write pipelines with two spaces, a line for each field",
    ["holdpoint format pipelines/hello.json", "holdpoint format pipelines/*.json --write"],
    "Writes a pipeline's JSON with two spaces and a line for each field; nothing else of it changes. Without --write it goes to standard output.",
  )
    .argument("<files...>", "files of pipelines")
    .option("--write", "into the files themselves")
    .action(
      perform(context, async (session, files: string[], options: { write?: boolean }) => {
        if (!options.write && files.length > 1) throw new UsageError("several files: give --write, or one at a time");
        const formatted = files.map((name) => formattedOf(session, name));
        for (const { path, text, changed } of formatted) if (options.write && changed) writeFileSync(path, text);
        const results = formatted.map(({ file, changed, text }) => ({
          file,
          changed,
          ...(!options.write && { text }),
        }));
        session.result(results.length === 1 ? results[0] : results, () =>
          options.write
            ? formatted.map(({ file, changed }) => `${file} ${changed ? "formatted" : "is as it should be"}`)
            : formatted.map(({ text }) => text.trimEnd()),
        );
      }),
    );

function formattedOf(session: Session, name: string) {
  const file = readPipelineFile(session, name);
  const text = `${JSON.stringify(documentOf(file), null, 2)}\n`;
  return { file: name, path: file.path, text, changed: text !== file.text };
}
