import { createEngine, sqlite } from "holdpoint";
import { held } from "./held.ts";

/** The process that S4 lets idle on a file. */
const [file, seconds] = process.argv.slice(2);
if (!file || !seconds) throw new Error("usage: s4-idle-worker DATABASE SECONDS");

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const collect = (): void => {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
};

const engine = createEngine({
  determinism: "off",
  workflows: [held],
  store: sqlite(file, { durability: "relaxed" }),
  residence: { count: 0 },
});
await engine.start();
await pause(2000);
collect();
const before = process.cpuUsage();
await pause(Number(seconds) * 1000);
const { user, system } = process.cpuUsage(before);
collect();
const said = { cpu: (user + system) / 1e6 / Number(seconds), bytes: process.memoryUsage().rss };
await new Promise<void>((resolve) => process.send?.(said, undefined, undefined, () => resolve()));
await engine.stop();
process.exit(0);
