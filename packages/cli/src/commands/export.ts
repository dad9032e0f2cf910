import { writeFileSync } from "node:fs";
import type { Anchors, Engine } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { addRunFilter, type RunFilterOptions, readRunFilter } from "../options/run-filter.ts";
import { requireRun } from "../views/names.ts";

interface Options extends RunFilterOptions {
  anchors?: boolean;
  output?: string;
}

export const exportCommand: CommandFactory = (context) =>
  addRunFilter(
    newCommand(
      "export",
      "write a run, or the chain heads of runs, as JSON",
      ["holdpoint export refund-A-7 --output refund-A-7.json", "holdpoint export --anchors --output anchors.json"],
      "Writes all that is stored of a run: journal, mail, holds and their audit. With --anchors it writes chain heads instead, of one run or of all that a filter finds, to be kept where the store's owner cannot write.",
    ),
  )
    .argument("[run]", "its id")
    .option("--anchors", "chain heads for `holdpoint verify --anchor`")
    .option("--output <file>", "write to a file, readable by you alone, instead of standard output")
    .action(
      perform(context, (session, id: string | undefined, options: Options) =>
        session.withEngine(async (engine) => {
          const exported = await session.progress("exporting", exportedOf(engine, id, options));
          const text = `${JSON.stringify(exported, null, 2)}\n`;
          if (options.output === undefined) return void session.terminal.out(text.trimEnd());
          const file = session.path(options.output);
          writeFileSync(file, text, { mode: 0o600 });
          session.note(`written to ${options.output}`);
        }),
      ),
    );

async function exportedOf(engine: Engine, id: string | undefined, options: Options): Promise<object> {
  if (id !== undefined) await requireRun(engine, id);
  if (options.anchors) return id === undefined ? engine.anchors(readRunFilter(options)) : anchorsOf(engine, id);
  if (id === undefined) throw new UsageError("export which run? give its id, or --anchors for the chain heads of all");
  return engine.export(id);
}

async function anchorsOf(engine: Engine, id: string): Promise<Anchors> {
  const anchors = await engine.anchors({ idPrefix: id });
  return { ...anchors, heads: anchors.heads.filter((head) => head.id === id) };
}
