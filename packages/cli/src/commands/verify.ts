import { readFileSync } from "node:fs";
import { readAnchors, type Verification } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { requireRun } from "../views/names.ts";
import { verifyHoldExport } from "./verify-hold-export.ts";

interface Options {
  anchor?: string;
  holdExport?: string;
  publicKey?: string[];
}

export const verifyCommand: CommandFactory = (context) =>
  newCommand(
    "verify",
    "recompute a run's hash chain, or check an exported hold",
    [
      "holdpoint verify refund-A-7",
      "holdpoint verify refund-A-7 --anchor anchors.json",
      "holdpoint verify --hold-export refund.hold.json --public-key installation.pub.pem",
    ],
    "Recomputes a run's hash chain and names what was changed. Held against exported heads (`holdpoint export --anchors`) it also finds a chain that was recomputed as a whole. With --hold-export it checks one exported hold, from the file alone. Exit code 1 when it is broken.",
  )
    .argument("[run]", "its id")
    .option("--anchor <file>", "heads that were exported earlier and kept elsewhere")
    .option("--hold-export <file>", "a hold that `holdpoint holds export` wrote; needs no project")
    .option("--public-key <file>", "of an installation whose signature counts, PEM; may be given again", repeated)
    .action(
      perform(context, (session, id: string | undefined, options: Options) => {
        const { anchor, holdExport, publicKey = [] } = options;
        if (holdExport !== undefined) {
          if (id !== undefined) throw new UsageError("a run or --hold-export, not both");
          return verifyHoldExport(session, readText(session, "hold-export", holdExport), {
            trusted: publicKey.map((file) => readText(session, "public-key", file)),
            anchors: anchor === undefined ? null : readText(session, "anchor", anchor),
          });
        }
        if (publicKey.length > 0) throw new UsageError("--public-key goes with --hold-export");
        if (id === undefined) throw new UsageError("verify which run? give its id, or --hold-export FILE");
        return verifyRun(session, id, anchor);
      }),
    );

function verifyRun(session: Session, id: string, anchor: string | undefined): Promise<number> {
  return session.withEngine(async (engine, project) => {
    await requireRun(engine, id);
    const anchors =
      anchor === undefined ? undefined : readAnchors(readText(session, "anchor", anchor), project.config.chainKey);
    const anchored = anchors?.heads.filter((head) => head.id === id).length ?? null;
    const found = await session.progress("recomputing the chain", engine.verify(id, anchors));
    session.result({ ...found, anchored }, () => verdictLines(session, found, anchored));
    return found.verdict === "broken" ? 1 : 0;
  });
}

function readText(session: Session, option: string, file: string): string {
  try {
    return readFileSync(session.path(file), "utf8");
  } catch {
    throw new UsageError(`--${option}: ${file} cannot be read`);
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
