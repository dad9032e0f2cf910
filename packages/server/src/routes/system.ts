import { permissionsOf } from "../access/roles.ts";
import { RequestError } from "../http/errors.ts";
import { version } from "../version.ts";
import type { Handler } from "./call.ts";

export const showMe: Handler<"system.me"> = async ({ principal }) => ({
  status: 200,
  body: {
    id: principal.id,
    namespace: principal.namespace,
    roles: [...principal.roles],
    permissions: [...permissionsOf(principal)],
  },
});

export const showVersion: Handler<"system.version"> = async () => ({
  status: 200,
  body: { holdpoint: version, node: process.versions.node, api: "v1" },
});

export const live: Handler<"system.live"> = async () => ({ status: 200, body: { status: "ok" } });

export const ready: Handler<"system.ready"> = async ({ server }) => {
  if (server.closing.aborted) throw new RequestError(503, "CLOSING", "this server is shutting down");
  await server.engine.runs({}, { limit: 1 });
  return { status: 200, body: { status: "ready" } };
};
