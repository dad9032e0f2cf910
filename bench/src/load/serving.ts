import { apiKeys, serve } from "@holdpoint/server";
import { createEngine, postgres, sqlite, workflow } from "holdpoint";

/** What the process that measures asks of the one that serves. */
export type Order = { do: "bare"; starts: number; atOnce: number } | { do: "cpu" };
/** What it is told: where it is; how long the bare engine took; processor time so far, in ms. */
export type Told = { url: string; key: string } | { ms: number; cpuMs: number };

/** A server in a process of its own, over the store whose address is the first argument. Its runs are started and not executed. */
const address = process.argv[2] ?? "";
const store = address.startsWith("postgres:") ? postgres(address) : sqlite(address);
const idle = workflow({ name: "idle" }, async () => null);
const engine = createEngine({ store, workflows: [idle] });
await engine.open();
const keys = apiKeys({ engine, secret: "a secret of a measurement, 32 characters" });
const { key } = await keys.create({ name: "load", person: "load", namespace: "default", roles: ["operator"] }, null);
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: console.warn, error: console.error };
const server = await serve(engine, { keys, port: 0, log });

const tell = (told: Told): void => void process.send?.(told);
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Starts runs, so many at once. */
async function bare(starts: number, atOnce: number): Promise<void> {
  let left = starts;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await engine.run("idle", undefined);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

process.on("message", async (order: Order) => {
  const [began, before] = [performance.now(), cpuMs()];
  if (order.do === "bare") await bare(order.starts, order.atOnce);
  tell({ ms: performance.now() - began, cpuMs: order.do === "bare" ? cpuMs() - before : before });
});
process.on("disconnect", () => process.exit(0));
tell({ url: server.url, key });
