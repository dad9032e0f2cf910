import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AuditFormat, AuditLine, AuditLog } from "@holdpoint/server";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { type AuditFilterOptions, addAuditFilter, readAuditFilter } from "../options/audit-filter.ts";
import { wholeNumber } from "../options/numbers.ts";
import { readPage, wordOf } from "../options/run-filter.ts";
import { besideServer } from "../server/beside-server.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownTime } from "../terminal/time.ts";

interface ListOptions extends AuditFilterOptions {
  limit?: string;
  before?: string;
}

const formats: readonly AuditFormat[] = ["jsonl", "csv"];

/** `holdpoint audit`: the audit log of the project's server, straight in its store. */
export const auditCommand: CommandFactory = (context) => {
  const command = newCommand("audit", "the server's audit log: list, export, verify", [
    "holdpoint audit list --by ana --since 1d",
    "holdpoint audit export --format csv --output audit.csv",
    "holdpoint audit verify",
  ]).enablePositionalOptions();
  const listing = addAuditFilter(
    newCommand("list", "list its lines, newest first", [
      "holdpoint audit list",
      "holdpoint audit list --action 'keys.*' --outcome refused --since 7d",
    ]),
  )
    .option("--limit <n>", "at most this many, up to 1000 (default 50)")
    .option("--before <n>", "lines with a lower number: go on where an earlier list ended");
  const exporting = addAuditFilter(
    newCommand(
      "export",
      "write its lines, oldest first: JSON Lines, or CSV for a spreadsheet",
      ["holdpoint audit export --output audit.jsonl", "holdpoint audit export --format csv --since 30d"],
      "Writes every line that fits, oldest first. In CSV, what a spreadsheet would take for a formula begins with an apostrophe.",
    ),
  )
    .option("--format <format>", `one of ${formats.join(", ")}`, "jsonl")
    .option("-o, --output <file>", "write to a file, readable by you alone, instead of standard output");
  const verifying = newCommand(
    "verify",
    "recompute its chain, and name the first line that was changed",
    ["holdpoint audit verify", "holdpoint audit verify --head 5f0c…"],
    "Recomputes every link of the log. Held against the head of an earlier verification, kept elsewhere, it also finds an end that was cut off. Exit code 1 when it is broken.",
  ).option("--head <hash>", "of an earlier verification");
  return command
    .addCommand(
      listing.action(
        perform(context, (session, options: ListOptions) => withLog(session, (log) => list(session, log, options))),
      ),
    )
    .addCommand(exporting.action(perform(context, exportLog)))
    .addCommand(
      verifying.action(
        perform(context, (session, options: { head?: string }) =>
          withLog(session, (log) => verify(session, log, options)),
        ),
      ),
    );
};

const withLog = <T>(session: Session, work: (log: AuditLog) => Promise<T>): Promise<T> =>
  besideServer(session, "audit logs", ({ server, engine }) => work(server.auditLog(engine)));

async function list(session: Session, log: AuditLog, options: ListOptions): Promise<void> {
  const { limit } = readPage(options.limit === undefined ? {} : { limit: options.limit }, 50);
  const before = options.before === undefined ? {} : { before: wholeNumber("--before", options.before) };
  const reading = log.page(readAuditFilter(options), { limit, ...before });
  const { items, next } = await session.progress("reading", reading);
  session.result({ lines: items, next }, () =>
    items.length === 0 ? ["no lines"] : renderTable(session.terminal, columns, items),
  );
  if (next !== null && items.length === limit) session.note(`more: --before ${next}`);
  else if (next !== null) session.note(`few fit; look further: --before ${next}`);
}

async function exportLog(
  session: Session,
  options: AuditFilterOptions & { format: string; output?: string },
): Promise<void> {
  const format = wordOf("format", options.format, formats);
  const filter = readAuditFilter(options);
  await besideServer(session, "audit logs", async ({ server, engine }) => {
    const pieces = server.auditText(server.auditLog(engine).lines(filter), format);
    // Each piece is a line with its end, which the terminal writes itself.
    if (options.output === undefined) for await (const piece of pieces) session.terminal.out(piece.slice(0, -1));
    else {
      await pipeline(Readable.from(pieces), createWriteStream(session.path(options.output), { mode: 0o600 }));
      session.note(`written to ${options.output}`);
    }
  });
}

async function verify(session: Session, log: AuditLog, anchor: { head?: string }): Promise<number> {
  const found = await session.progress("recomputing the chain", log.verify(anchor));
  const { intact, lines, head, brokenAt, hasHead } = found;
  session.result(found, () => [
    intact
      ? `✓ ${lines} lines, each linked to the one before it`
      : `✗ line ${brokenAt} does not follow from the one before it: it was changed, moved, or a line is missing`,
    ...(hasHead === false ? ["✗ no line has this head: the end was cut off, or the log was made anew"] : []),
    ...(head === null ? [] : [`head ${head}`]),
  ]);
  return intact && hasHead !== false ? 0 : 1;
}

const columns: Column<AuditLine>[] = [
  { title: "N", text: (line) => String(line.n) },
  { title: "AT", text: (line) => shownTime(new Date(line.at)), drops: 2 },
  { title: "BY", text: (line) => oneLine(line.by ?? "nobody known"), shrinks: 1, least: 4 },
  { title: "ACTION", text: (line) => oneLine(line.action) },
  { title: "OUTCOME", text: (line) => line.code ?? line.outcome },
  { title: "OF", text: (line) => oneLine(ofWhat(line)), shrinks: 0, least: 10 },
  { title: "FROM", text: (line) => line.address ?? "", drops: 1 },
];

function ofWhat({ target, count }: AuditLine): string {
  const ids = Object.values(target).map((one) => (Array.isArray(one) ? `${one.length} of them` : String(one)));
  return [...ids, ...(count > 1 ? [`${count} times`] : [])].join(" ");
}
