import type { Handler } from "./call.ts";
import { wire } from "./wire.ts";

/** So many run trees in one request, which must not take for ever. */
const most = 2000;

export const showRetention: Handler<"retention.show"> = async ({ server, engine }) => {
  const { sizes, at } = await server.sizes.of(engine);
  const outlook = await engine.retentionOutlook();
  // How large the database is says something of other tenants.
  const isOwn = engine === server.engine;
  return {
    status: 200,
    body: {
      ...wire(outlook),
      sizes: {
        at: new Date(at).toISOString(),
        runs: sizes.runs,
        openHolds: sizes.openHolds,
        bytes: isOwn ? sizes.bytes : null,
        tables: isOwn ? (sizes.tables ?? null) : null,
      },
    },
  };
};

export const runRetention: Handler<"retention.run"> = async ({ server, engine }) => {
  const done = await engine.retain({ most });
  server.sizes.forget(engine);
  return { status: 200, body: { ...done, more: done.removed >= most } };
};
