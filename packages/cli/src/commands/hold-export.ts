import { readFileSync, writeFileSync } from "node:fs";
import { holdRecordPage } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { requireHold } from "../views/names.ts";

interface Options {
  html?: boolean;
  key?: string;
  unsigned?: boolean;
  output?: string;
}

export const holdExportCommand: CommandFactory = (context) =>
  newCommand(
    "export",
    "write a hold with all that proves it: a signed file, or a page to print",
    [
      "holdpoint holds export h_9aT2kqX0 --key installation.key.pem --output refund.hold.json",
      "holdpoint holds export h_9aT2kqX0 --html --key installation.key.pem --output refund.html",
    ],
    "Writes one hold with its evidence as it was shown, every event, the answer, reviewers' signatures and the piece of the run's chain that covers them, signed with the installation's Ed25519 key. `holdpoint verify --hold-export FILE` checks it anywhere, without this project.",
  )
    .argument("<hold>", "its id")
    .option("--html", "a page to read and print instead of the file to check")
    .option("--key <file>", "the installation's Ed25519 private key, PEM (default: the file in HOLDPOINT_SIGNING_KEY)")
    .option("--unsigned", "do without a key: nobody vouches for it")
    .option("-o, --output <file>", "write to a file, readable by you alone, instead of standard output")
    .action(
      perform(context, (session, id: string, options: Options) =>
        session.withEngine(async (engine) => {
          const key = keyOf(session, options);
          const record = await engine.holds.export(await requireHold(engine, id), key === null ? {} : { key });
          const text = options.html ? holdRecordPage(record) : `${JSON.stringify(record, null, 2)}\n`;
          if (options.output === undefined) return void session.terminal.out(text.trimEnd());
          writeFileSync(session.path(options.output), text, { mode: 0o600 });
          const signed = record.signature ? `signed by ${record.signature.keyId}` : "not signed";
          session.note(`written to ${options.output}, ${signed}`);
        }),
      ),
    );

function keyOf(session: Session, { key, unsigned }: Options): string | null {
  if (unsigned) {
    if (key === undefined) return null;
    throw new UsageError("--unsigned and --key do not go together");
  }
  const file = key ?? process.env.HOLDPOINT_SIGNING_KEY;
  if (!file) {
    throw new UsageError(
      "export with which key? give --key FILE (`openssl genpkey -algorithm ed25519 -out FILE` makes one), or --unsigned",
    );
  }
  try {
    return readFileSync(session.path(file), "utf8");
  } catch {
    throw new UsageError(`--key: ${file} cannot be read`);
  }
}
