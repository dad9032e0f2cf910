import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createClient } from "@holdpoint/client";
import { serveApart } from "./served.ts";

/** What one listener has read. */
interface Heard {
  count: number;
  digest: string;
  cuts: number;
}

/** So many listeners are told of so many starts, and are cut off all the time: each must have read all of them, once, in one order. */
export async function loadListeners(store: string, many: number, events: number): Promise<void> {
  const server = await serveApart(store);
  const program = fileURLToPath(new URL("./listening.js", import.meta.url));
  const child = fork(program, [server.url, server.key, String(many), String(events)]);
  const all = Promise.withResolvers<void>();
  const done = Promise.withResolvers<Heard[]>();
  let connected = 0;
  child.on("message", (message: "connected" | Heard[]) => {
    if (message !== "connected") done.resolve(message);
    else if (++connected === many) all.resolve();
  });
  child.once("exit", () => done.reject(new Error("the listeners ended")));
  await all.promise;
  const began = performance.now();
  const before = await server.cpuMs();
  await server.bare(events, 50);
  const startedMs = performance.now() - began;
  const heard = await done.promise;
  const ms = performance.now() - began;
  const cpuMs = (await server.cpuMs()) - before;
  const order = await orderOf(server.url, server.key, events);
  const right = heard.filter(({ count, digest }) => count === events && digest === order).length;
  const cuts = heard.reduce((sum, one) => sum + one.cuts, 0);
  console.log(
    [
      `${many} listeners, ${events} events each, ${cuts} reconnects: ${right} have read all of them, each once and in order;`,
      `${(startedMs / 1000).toFixed(1)} s to write them, ${(ms / 1000).toFixed(1)} s until the last was read;`,
      `processor of the server ${((cpuMs * 1000) / (many * events)).toFixed(2)} µs for each delivery`,
    ].join(" "),
  );
  server.stop();
}

/** The digest of the ids as the feed has them from its beginning on. */
async function orderOf(url: string, key: string, events: number): Promise<string> {
  const digest = createHash("sha1");
  const client = createClient({ url, key });
  let count = 0;
  for await (const event of client.events.follow({ type: ["run.started"], after: "0" })) {
    if (event.type === "lost") continue;
    digest.update(event.run.id).update(" ");
    if (++count === events) break;
  }
  return digest.digest("hex");
}
