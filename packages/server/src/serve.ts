import type { Server as NodeServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Duration, durationMs, type Engine, HoldpointError } from "@holdpoint/core";
import { createAdaptorServer } from "@hono/node-server";
import { appOf, shortcutOf } from "./holdpoint.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";
import { acceptWebSockets } from "./web-sockets/accept-web-sockets.ts";

/** Where a server listens, and how it ends. */
export interface ServeOptions extends Omit<ServerOptions, "closing"> {
  /** Default 4400; 0 takes a free one. */
  port?: number;
  /** Default "127.0.0.1": this machine alone. "0.0.0.0" is every interface; put TLS before it. */
  host?: string;
  /** How long requests under way may take once it is stopped. Default "10s". */
  drain?: Duration;
}

/** A server that listens. */
export interface RunningServer {
  /** Where: `http://127.0.0.1:4400`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more requests, ends event streams, lets what is under way finish, and resolves when nothing is left. The engine stays: `shutDown` of
   * `holdpoint` ends both, within a deadline.
   *
   * @param within how long requests may take; never longer than `drain`
   */
  readonly stop: (options?: { within?: Duration }) => Promise<void>;
}

/**
 * Serves an engine over HTTP on Node. Start the engine before and stop it after.
 *
 * @example
 * import { apiKeys, serve } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const server = await serve(engine, { keys, port: 0 });
 * console.log(`listening on ${server.url}`);
 * await server.stop();
 *
 * @throws HoldpointError LISTEN: the port is taken, or may not be used
 */
export async function serve(engine: Engine, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = 4400, host = "127.0.0.1", drain = "10s", ...rest } = options;
  const drainMs = durationMs(drain, "drain");
  const closing = new AbortController();
  const settings = { ...rest, closing: closing.signal };
  const server = new Server(engine, settings);
  const app = appOf(server, settings);
  const shortcut = shortcutOf(server, settings);
  const node = createAdaptorServer({
    fetch: (request, bindings) => shortcut?.(request, bindings) ?? app.fetch(request, bindings),
    serverOptions: {
      // A stranger may not keep a connection busy for nothing.
      ...{ headersTimeout: 15_000, requestTimeout: 60_000, maxHeaderSize: 16_384 },
      // Longer than proxies keep theirs (60 s): none sends a request into a connection that is being closed here.
      keepAliveTimeout: 75_000,
    },
  }) as NodeServer;
  const dropWebSockets = acceptWebSockets(node, app, {
    origins: rest.cors?.origins ?? [],
    pingMs: durationMs(rest.heartbeat ?? "15s", "heartbeat"),
    patienceMs: durationMs(rest.patience ?? "30s", "patience"),
    closing: closing.signal,
  });
  await listen(node, port, host);
  const bound = (node.address() as AddressInfo).port;
  const name = host.includes(":") ? `[${host}]` : host;
  let stopped: Promise<void> | null = null;
  return {
    url: `http://${name === "0.0.0.0" ? "127.0.0.1" : name}:${bound}`,
    port: bound,
    stop: ({ within } = {}) => {
      const most = within === undefined ? drainMs : Math.min(durationMs(within, "within"), drainMs);
      stopped ??= end(node, closing, most, dropWebSockets).then(() => server.refusals.flush());
      return stopped;
    },
  };
}

async function listen(node: NodeServer, port: number, host: string): Promise<void> {
  const ready = Promise.withResolvers<void>();
  node.once("error", ready.reject);
  node.listen(port, host, ready.resolve);
  try {
    await ready.promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "EADDRINUSE"
        ? "is taken: stop what listens there, or choose another `port`"
        : `cannot be used (${code})`;
    throw new HoldpointError("LISTEN", `${host}:${port} ${why}`, { host, port }, { cause: error });
  }
}

async function end(
  node: NodeServer,
  closing: AbortController,
  drainMs: number,
  dropWebSockets: () => void,
): Promise<void> {
  const closed = Promise.withResolvers<void>();
  node.close(() => closed.resolve());
  closing.abort();
  // A connection whose answer has just ended would be kept for the next request.
  const idle = setInterval(() => node.closeIdleConnections(), 20);
  const late = setTimeout(() => {
    node.closeAllConnections();
    dropWebSockets();
  }, drainMs);
  await closed.promise;
  clearInterval(idle);
  clearTimeout(late);
}
