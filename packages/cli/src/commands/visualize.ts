import { writeFileSync } from "node:fs";
import { type FlowDefinition, readPipeline, toDot, toMermaid, toSvg } from "@holdpoint/flow";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { documentOf, readPipelineFile } from "../pipelines/pipeline-file.ts";

interface Options {
  format?: string;
  output?: string;
}

const drawings: Readonly<Record<string, (definition: FlowDefinition) => string | Promise<string>>> = {
  mermaid: toMermaid,
  dot: toDot,
  svg: toSvg,
};

export const visualizeCommand: CommandFactory = (context) =>
  newCommand(
    "visualize",
    "draw a pipeline: Mermaid, Graphviz or SVG",
    ["holdpoint visualize pipelines/hello.json", "holdpoint visualize pipelines/hello.json --output hello.svg"],
    "Draws a pipeline as text for Mermaid or Graphviz, or as an SVG picture, which needs no other program.",
  )
    .argument("<file>", "the file of a pipeline")
    .option("--format <format>", "mermaid, dot or svg; default: what the output's name ends with, else mermaid")
    .option("--output <file>", "write to a file instead of standard output")
    .action(
      perform(context, async (session, name: string, options: Options) => {
        const format = formatOf(options);
        const draw = drawings[format];
        if (!draw) throw new UsageError(`--format: "${format}" must be ${Object.keys(drawings).join(", ")}`);
        const drawing = await draw(readPipeline(documentOf(readPipelineFile(session, name))));
        if (options.output === undefined) return session.result({ format, drawing }, () => [drawing.trimEnd()]);
        writeFileSync(session.path(options.output), drawing);
        session.result({ format, output: options.output }, () => [`drawn in ${options.output}`]);
      }),
    );

function formatOf({ format, output }: Options): string {
  if (format !== undefined) return format;
  const end = /\.(\w+)$/.exec(output ?? "")?.[1] ?? "";
  return Object.hasOwn(drawings, end) ? end : end === "gv" ? "dot" : "mermaid";
}
