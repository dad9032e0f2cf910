import { existsSync } from "node:fs";
import type { Store } from "@holdpoint/core";
import type { CopyProgress, CopyReport } from "@holdpoint/sql";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { UsageError } from "../../command/usage-error.ts";
import { configNear } from "../../config/project.ts";
import { parseAddress, type StoreAddress } from "../../config/store-address.ts";
import { oneLine } from "../../terminal/plain-text.ts";

interface Options {
  live?: boolean;
  restart?: boolean;
  fromSchema?: string;
  toSchema?: string;
}

const description = `Copies everything (all namespaces, runs, holds, tombstones) into an empty database, of the same kind or another.
Killed at any point, the same command goes on where it was. Nothing is to be seen on the target before each table was
compared with the source and every run's hash chain recomputed there. Stop the workers first; afterwards start them on
the target, and not on the source again: what waits would be worked twice. FROM and TO are addresses as in the
configuration. TO memory: is a rehearsal that keeps nothing.`;

export const copyCommand: CommandFactory = (context) =>
  newCommand(
    "copy",
    "move an installation to another database, resumable and verified",
    [
      "holdpoint store copy .holdpoint/holdpoint.db postgres://app@db.internal/app",
      "holdpoint store copy .holdpoint/holdpoint.db memory:",
    ],
    description.replaceAll("\n", " "),
  )
    .argument("<from>", "address of the store that is copied")
    .argument("<to>", "address of an empty database")
    .option("--live", "copy although workers are alive on FROM: what they do from now on is not in the copy")
    .option("--restart", "throw away what an earlier copy, stopped half-way, has left on TO")
    .option("--from-schema <name>", "the schema, where FROM is PostgreSQL (default holdpoint)")
    .option("--to-schema <name>", "the schema, where TO is PostgreSQL (default holdpoint)")
    .action(perform(context, copy));

async function copy(session: Session, fromText: string, toText: string, options: Options): Promise<void> {
  const from = parseAddress(fromText, session.startedIn, "FROM");
  const to = parseAddress(toText, session.startedIn, "TO");
  if (from.kind === "memory") throw new UsageError("FROM memory: is empty; give the store that is to be copied");
  if (from.kind === "sqlite" && !existsSync(from.path)) throw new UsageError(`FROM: no such file: ${from.path}`);
  const config = await configNear(session.startedIn, session.configName);
  const { copyStore } = await import("@holdpoint/sql");
  const [source, target] = [await storeOf(from, options.fromSchema), await storeOf(to, options.toSchema)];
  let at: CopyProgress | null = null;
  try {
    const work = copyStore(source, target, {
      live: options.live === true,
      restart: options.restart === true,
      chainKey: config?.chainKey,
      progress: (progress) => void (at = progress),
    });
    const report = await session.progress("copying", work, () => (at === null ? "" : shownProgress(at)));
    session.result({ from: source.name, to: target.name, ...report }, () => reportLines(session, report, target.name));
  } finally {
    await source.close();
    await target.close();
  }
}

async function storeOf(address: StoreAddress, schema: string | undefined): Promise<Store> {
  const { mysql, postgres, sqlite } = await import("@holdpoint/sql");
  if (address.kind === "postgres") return postgres(address.url, schema === undefined ? {} : { schema });
  if (schema !== undefined) throw new UsageError("a schema is only for a store on PostgreSQL");
  if (address.kind === "mysql") return mysql(address.url);
  return sqlite(address.kind === "memory" ? ":memory:" : address.path);
}

const doing = { copying: "rows", comparing: "rows compared", verifying: "runs verified" } as const;

function shownProgress({ phase, table, done, total }: CopyProgress): string {
  const where = table === null ? "" : ` (${table})`;
  return `${done}${total === null ? "" : ` of ${total}`} ${doing[phase]}${where}`;
}

function reportLines({ terminal }: Session, report: CopyReport, target: string): string[] {
  const { outcome, rows, chains, broken, sourceMoved, resumed } = report;
  const tick = terminal.paint("green", "✓");
  if (outcome === "already") return [`${tick} ${oneLine(target)} is a copy of this already: nothing to do`];
  const all = Object.values(rows).reduce((sum, n) => sum + n, 0);
  const warning = (text: string): string => terminal.paint("yellow", `! ${text}`);
  return [
    `${tick} copied to ${oneLine(target)}${resumed ? ", going on where an earlier copy stopped" : ""}`,
    `  ${all} rows compared: ${rows.run ?? 0} runs, ${rows.journal ?? 0} entries, ${rows.inbox ?? 0} messages, ${rows.hold ?? 0} holds`,
    `  ${chains} hash chains recomputed${broken.length === 0 ? ", all whole" : ""}`,
    ...(broken.length === 0
      ? []
      : [
          warning(
            `${broken.length} were broken before, and are: ${oneLine(broken.slice(0, 5).join(", "))}${broken.length > 5 ? ", …" : ""} (was a chainKey in use that the configuration here does not have?)`,
          ),
        ]),
    ...(sourceMoved ? [warning("the source has gone on since the copy began: that is not in the copy")] : []),
  ];
}
