import { boundRoles, permissionsOf } from "../access/reach.ts";
import { ForbiddenError, RequestError } from "../http/errors.ts";
import { version } from "../version.ts";
import type { Handler } from "./call.ts";
import { isOwnWorkflow } from "./own-workflows.ts";

export const showMe: Handler<"system.me"> = async ({ principal }) => ({
  status: 200,
  body: {
    id: principal.id,
    namespace: principal.namespace,
    roles: [...principal.roles],
    permissions: [...permissionsOf(principal)],
    bindings: boundRoles(principal).map(({ role, workflows }) => ({ role, workflows: workflows && [...workflows] })),
  },
});

export const showVersion: Handler<"system.version"> = async () => ({
  status: 200,
  body: { holdpoint: version, node: process.versions.node, api: "v1" },
});

export const showMetrics: Handler<"system.metrics"> = async ({ engine, server }) => {
  // They are of the whole process: names of workflows of other tenants among them.
  if (engine !== server.engine) throw new ForbiddenError(`metrics:read in namespace "${server.engine.namespace}"`);
  const { metrics, streams } = server;
  metrics.http.open(streams.open);
  return new Response(await metrics.text(engine), { headers: { "content-type": metrics.contentType } });
};

export const listWorkers: Handler<"system.workers"> = async ({ engine }) => {
  const workers = await engine.workers();
  const items = workers.map(({ here: _, leaseUntil, ...worker }) => ({
    ...worker,
    leaseUntil: leaseUntil.toISOString(),
    capabilities: worker.capabilities.filter(({ workflow }) => !isOwnWorkflow(workflow)),
  }));
  return { status: 200, body: { items } };
};

export const live: Handler<"system.live"> = async () => ({ status: 200, body: { status: "ok" } });

export const ready: Handler<"system.ready"> = async ({ server }) => {
  if (server.closing.aborted) throw new RequestError(503, "CLOSING", "this server is shutting down");
  await server.engine.runs({}, { limit: 1 });
  return { status: 200, body: { status: "ready" } };
};
