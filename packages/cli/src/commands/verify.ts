import { readFileSync } from "node:fs";
import { readAnchors, type Verification } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { requireRun } from "../views/names.ts";

export const verifyCommand: CommandFactory = (context) =>
  newCommand(
    "verify",
    "recompute a run's hash chain",
    ["holdpoint verify refund-A-7", "holdpoint verify refund-A-7 --anchor anchors.json"],
    "Recomputes a run's hash chain and names what was changed. Held against exported heads (`holdpoint export --anchors`) it also finds a chain that was recomputed as a whole. Exit code 1 when it is broken.",
  )
    .argument("<run>", "its id")
    .option("--anchor <file>", "heads that were exported earlier and kept elsewhere")
    .action(
      perform(context, (session, id: string, options: { anchor?: string }) =>
        session.withEngine(async (engine, project) => {
          await requireRun(engine, id);
          const anchors =
            options.anchor === undefined
              ? undefined
              : readAnchors(readText(session, options.anchor), project.config.chainKey);
          const anchored = anchors?.heads.filter((head) => head.id === id).length ?? null;
          const found = await session.progress("recomputing the chain", engine.verify(id, anchors));
          session.result({ ...found, anchored }, () => verdictLines(session, found, anchored));
          return found.verdict === "broken" ? 1 : 0;
        }),
      ),
    );

function readText(session: Session, file: string): string {
  try {
    return readFileSync(session.path(file), "utf8");
  } catch {
    throw new UsageError(`--anchor: ${file} cannot be read`);
  }
}

const sentences: Record<Verification["verdict"], string> = {
  intact: "the chain is whole: nothing was changed since it was recorded",
  erased: "the chain is whole; the run's content was erased on purpose",
  broken: "the chain is broken",
  removed: "retention has removed the run; its tombstone is left",
};

function verdictLines({ terminal }: Session, found: Verification, anchored: number | null): string[] {
  const broken = found.verdict === "broken";
  return [
    `${broken ? terminal.paint("red", "✗") : terminal.paint("green", "✓")} ${sentences[found.verdict]} (${found.entries} entries)`,
    ...found.problems.map(({ kind, message }) => `  ${terminal.paint("red", kind)}  ${oneLine(message)}`),
    ...(anchored === 0 ? [terminal.paint("yellow", "! the anchor file has no head of this run")] : []),
    ...(anchored
      ? [terminal.paint("dim", `  held against ${anchored} exported ${anchored === 1 ? "head" : "heads"}`)]
      : []),
  ];
}
