import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createEngine } from "holdpoint";
import { storeOf } from "./engines.ts";
import { type Figure, figure } from "./figures.ts";
import { held } from "./held.ts";
import { place } from "./place.ts";

const script = fileURLToPath(new URL("./s4-idle-worker.js", import.meta.url));
const runs = 100_000;

/** What an idle worker costs: share of a processor, resident bytes. */
export interface Idleness {
  cpu: number;
  bytes: number;
}

/** A worker of its own on a file, that has nothing to do: what making the runs left in memory is not counted. */
function idleWorker(file: string, seconds: number): Promise<Idleness> {
  const worker = fork(script, [file, String(seconds)], { execArgv: ["--expose-gc"], stdio: "inherit" });
  return new Promise((resolve, reject) => {
    worker.once("message", (message) => resolve(message as Idleness));
    worker.once("exit", (code) => reject(new Error(`the idle worker ended with ${code} and said nothing`)));
  });
}

/** What 100,000 held runs cost a worker with nothing to do for `seconds`, beyond an empty store. */
export async function s4Idle(seconds: number): Promise<Figure[]> {
  const where = place();
  const empty = await idleWorker(`${where.file}.empty`, seconds);
  const engine = createEngine({
    determinism: "off",
    workflows: [held],
    store: storeOf("relaxed", where.file),
    residence: { count: 0 },
  });
  await engine.start();
  for (let at = 0; at < runs; at += 1000)
    await Promise.all(Array.from({ length: 1000 }, () => engine.run(held, undefined)));
  while ((await engine.runs({ status: ["ready", "running"] }, { limit: 1 })).items.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 200));
  await engine.stop();
  const full = await idleWorker(where.file, seconds);
  where.remove();
  const less = true;
  const what = `100,000 held runs, idle for ${seconds} s, over an empty store`;
  return [
    figure("S4 idle cpu", what, "% CPU", { must: 0.5, aim: 0.1, less }, [(full.cpu - empty.cpu) * 100]),
    figure("S4 idle mem", "the same, resident memory", "MB", { must: 16, aim: 4, less }, [
      (full.bytes - empty.bytes) / 1e6,
    ]),
  ];
}
