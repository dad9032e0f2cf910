import type { AnyWorkflow, EngineLog, EngineOptions } from "@holdpoint/core";
import type { Webhooks } from "@holdpoint/server";
import { ConfigError } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";
import { loadServer } from "./load-server.ts";
import { serverSecret } from "./server-secret.ts";

/** What a project's engine is made of besides its configuration, and what tells others of its runs; null where it shall not. */
export interface Telling extends Pick<EngineOptions, "store" | "workflows" | "queues"> {
  webhooks: Webhooks | null;
}

/**
 * The store, workflows and queues of a project's engine. With `server.webhooks` in the configuration every command writes down what it
 * does to runs, for `holdpoint start` and `holdpoint dev` to tell.
 *
 * @throws ConfigError webhooks are wanted, and the server is not installed
 */
export async function tellingOf(project: Project, log?: EngineLog): Promise<Telling> {
  const { store, config } = project;
  const { server, outbox } = config;
  const queues = outbox === undefined ? config.queues : { ...outbox.queues, ...config.queues };
  const workflows = await allWorkflows(config);
  const wanted = server?.webhooks;
  if (typeof wanted !== "object") return { store, workflows, ...(queues ? { queues } : {}), webhooks: null };
  const found = await loadServer();
  if (found === null) throw new ConfigError("server.webhooks needs the server: npm install @holdpoint/server");
  const { enabled: _enabled, ...options } = wanted;
  const webhooks = found.webhooks({ ...options, secret: serverSecret(project), ...(log ? { log } : {}) });
  return {
    store: webhooks.recording(store),
    workflows: [...workflows, ...webhooks.workflows],
    queues: { ...queues, ...webhooks.queues },
    webhooks,
  };
}

/** The workflows of a project, with those that its evaluations, its annotation queues and its task machine consist of. */
async function allWorkflows({
  workflows,
  outbox,
  evals = [],
  server = {},
}: Project["config"]): Promise<readonly AnyWorkflow[]> {
  const { annotations = [], tasks = false } = server;
  const found = tasks ? await loadServer() : null;
  if (tasks && found === null) throw new ConfigError("server.tasks needs the server: npm install @holdpoint/server");
  const own = [
    ...annotations.map(({ workflow }) => workflow),
    ...(found === null ? [] : [found.taskWorkflow()]),
    ...(outbox?.workflows ?? []),
  ];
  const named = new Set(workflows.map(({ name }) => name));
  const evaluated = evals.flatMap((one) => one.workflows);
  return [...workflows, ...evaluated, ...own.filter(({ name }) => !named.has(name))];
}
