import type { Handler } from "./call.ts";
import { given, millis } from "./wire.ts";

export const listAudit: Handler<"audit.list"> = async ({ engine, server, query }) => {
  const { limit = 100, before, from, until } = query;
  const bounds = given({
    before,
    from: from === undefined ? undefined : millis(from),
    until: until === undefined ? undefined : millis(until),
  });
  const lines = await server.auditOf(engine).page({ ...bounds, limit });
  const last = lines.at(-1);
  const items = lines.map(({ at, ...line }) => ({ ...line, at: new Date(at).toISOString() }));
  return { status: 200, body: { items, next: lines.length === limit && last && last.n > 1 ? last.n : null } };
};

export const verifyAudit: Handler<"audit.verify"> = async ({ engine, server }) => ({
  status: 200,
  body: await server.auditOf(engine).verify(),
});
