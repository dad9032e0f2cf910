import type { EngineLog, EngineOptions } from "@holdpoint/core";
import type { Webhooks } from "@holdpoint/server";
import { ConfigError } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";
import { loadServer } from "./load-server.ts";
import { serverSecret } from "./server-secret.ts";

/** What a project's engine is made of besides its configuration, and what tells others of its runs; null where it shall not. */
interface Telling extends Pick<EngineOptions, "store" | "workflows" | "queues"> {
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
  const { workflows, queues, server } = config;
  if (server?.webhooks === undefined) return { store, workflows, ...(queues ? { queues } : {}), webhooks: null };
  const found = await loadServer();
  if (found === null) throw new ConfigError("server.webhooks needs the server: npm install @holdpoint/server");
  const webhooks = found.webhooks({ ...server.webhooks, secret: serverSecret(project), ...(log ? { log } : {}) });
  return {
    store: webhooks.recording(store),
    workflows: [...workflows, ...webhooks.workflows],
    queues: { ...queues, ...webhooks.queues },
    webhooks,
  };
}
