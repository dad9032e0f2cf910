import type { AuditFilter } from "../audit/audit-filter.ts";
import type { AuditLine } from "../audit/audit-line.ts";
import { auditText } from "../audit/audit-text.ts";
import type { Handler } from "./call.ts";
import { given, millis } from "./wire.ts";

export const listAudit: Handler<"audit.list"> = async ({ engine, server, query }) => {
  const { limit = 100, before, ...rest } = query;
  // What was refused a moment ago and only counted yet belongs to it.
  await server.refusals.flush();
  const page = { limit, ...given({ before }) };
  const { items, next } = await server.auditOf(engine).page(filterOf(rest), page);
  return { status: 200, body: { items: items.map(({ at, ...line }) => ({ ...line, at: moment(at) })), next } };
};

export const exportAudit: Handler<"audit.export"> = async ({ engine, server, query }) => {
  const { format = "jsonl", ...rest } = query;
  await server.refusals.flush();
  const lines = server.auditOf(engine).lines(filterOf(rest));
  const pieces = auditText(untilClosing(server.closing, lines), format);
  const type = format === "csv" ? "text/csv; charset=utf-8" : "application/jsonl";
  return new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": type, "content-disposition": `attachment; filename="audit.${format}"` },
  });
};

/** A server that ends breaks the transfer off, so that nobody takes a part for the whole. */
async function* untilClosing(closing: AbortSignal, lines: AsyncIterable<AuditLine>): AsyncGenerator<AuditLine> {
  for await (const line of lines) {
    closing.throwIfAborted();
    yield line;
  }
}

/** A filter as it is sent. */
interface SentFilter {
  from?: string | undefined;
  until?: string | undefined;
  by?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  outcome?: AuditLine["outcome"][] | undefined;
}

function filterOf({ from, until, ...rest }: SentFilter): AuditFilter {
  const bounds = { from: from && millis(from), until: until && millis(until) };
  return given({ ...rest, ...bounds }) as AuditFilter;
}

const moment = (at: number): string => new Date(at).toISOString();

export const verifyAudit: Handler<"audit.verify"> = async ({ engine, server, query }) => ({
  status: 200,
  body: await server.auditOf(engine).verify(given(query)),
});
