/**
 * Records the journals in `golden/v1`: `node packages/core/src/golden-journals/record.fixture.ts` (Node 22.18 or later).
 * Run once per format, by the release that introduces it; what is there is never written again.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { EngineLog } from "../engine/options.ts";
import type { RunHandle } from "../engine/run-handle.ts";
import { memoryStore } from "../store/index.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import * as code from "./workflows-v1.fixture.ts";

const folder = fileURLToPath(new URL("../../golden/v1/", import.meta.url));
mkdirSync(folder, { recursive: true });

// Stacks would hold the paths of whoever records.
Error.stackTraceLimit = 0;

const silent = (): void => {};
const log: EngineLog = { debug: silent, info: silent, warn: silent, error: silent };
const store = memoryStore();
let engine: Engine | null = null;
/** What the clock is ahead. */
let ahead = 0;

async function deploy(...workflows: AnyWorkflow[]): Promise<Engine> {
  await engine?.stop();
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  engine = createEngine({
    store,
    workflows,
    services: code.services,
    clock,
    log,
    drainTimeout: 1,
    limits: { inline: 16_384 },
  });
  await engine.start();
  return engine;
}

async function keep(name: string, run: RunHandle): Promise<void> {
  const file = `${folder}${name}.json`;
  if (existsSync(file)) throw new Error(`${file} is there already: golden journals are never written again`);
  if (!engine) throw new Error("no engine");
  const { verdict, problems } = await engine.verify(run.id);
  if (verdict !== "intact") throw new Error(`${name}: ${JSON.stringify(problems)}`);
  writeFileSync(file, `${JSON.stringify(await engine.export(run.id), null, 1)}\n`);
  console.warn(`${name}: ${(await run.describe()).status}, ${(await run.describe()).entries} entries`);
}

const decide = async (run: RunHandle, name: string, answer: unknown, more: { by?: string; option?: string } = {}) => {
  const hold = await run.hold(name, { timeout: "5s" });
  await engine?.decide(hold, answer, { by: "ana", ...more });
};
const approve = (run: RunHandle, name: string, by = "ana") => decide(run, name, { approved: true }, { by });
const settled = (run: RunHandle): Promise<unknown> => run.result({ timeout: "5s" }).catch((error: Error) => error);
async function reached(run: RunHandle, status: string, entries = 0): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const seen = await run.describe();
    if (seen.status === status && seen.entries >= entries) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${run.id} is ${(await run.describe()).status}, not ${status}`);
}

async function steps(): Promise<void> {
  const { steps } = code;
  code.outside.broken.add("caught");
  const here = await deploy(steps);
  const run = await here.run(steps, { amount: 5 }, { by: "ana", thread: "case-1", attributes: { kind: "golden" } });
  await settled(run);
  await keep("steps", run);
}

async function waits(): Promise<void> {
  let here = await deploy(code.waits);
  const { id } = await here.run(code.waits, undefined);
  await (await here.get(id)).signal("word", "hello", { by: "ana", dedupe: "1" });
  await reached(await here.get(id), "parked", 2);
  ahead += 11_000;
  here = await deploy(code.waits);
  const run = await here.get(id);
  await decide(run, "ok", { approved: true }, { option: "fast" });
  // A process without the code checks the JSON Schema only; the worker then has the last word.
  const hold = await run.hold("amount", { timeout: "5s" });
  const stranger = createEngine({ store, workflows: [], log });
  await reached(run, "parked");
  await engine?.stop();
  await stranger.decide(hold, { amount: 10 }, { by: "ben" });
  const then = await deploy(code.waits);
  await settled(await then.get(id));
  await keep("waits", await then.get(id));
}

async function branches(): Promise<void> {
  code.outside.broken.add("bad").add("part");
  const here = await deploy(code.branches, code.part);
  const run = await here.run(code.branches, undefined);
  await settled(run);
  await keep("branches", run);
  const [child] = (await here.runs({ parentId: run.id, status: ["failed"] })).items;
  await keep("part", await here.get(child?.id ?? ""));
}

async function undone(): Promise<void> {
  code.outside.broken.add("ship");
  const here = await deploy(code.undone);
  const run = await here.run(code.undone, undefined);
  await settled(run);
  await keep("undone", run);
}

async function stopped(): Promise<void> {
  const here = await deploy(code.stopped);
  for (const how of ["cancelled", "forced", "parked"]) {
    const run = await here.run(code.stopped, undefined);
    await reached(run, "parked");
    await run.pause({ by: "ana" });
    await reached(run, "paused");
    await run.resume();
    await reached(run, "parked");
    if (how !== "parked") await run.cancel("enough", { by: "ana", force: how === "forced" });
    if (how !== "parked") await settled(run);
    await keep(how, run);
  }
}

async function mended(): Promise<void> {
  code.outside.broken.add("pay");
  const here = await deploy(code.mended, code.part);
  const run = await here.run(code.mended, undefined);
  await run.hold("beside", { timeout: "5s" });
  await run.signal("go");
  await settled(run);
  await run.retry({ by: "ana" });
  await settled(run);
  code.outside.broken.delete("pay");
  await run.retry({ by: "ana" });
  await approve(run, "beside", "ben");
  await settled(run);
  await keep("mended", run);
}

async function loop(): Promise<void> {
  const here = await deploy(code.loop);
  const run = await here.run(code.loop, { n: 1 });
  for (const word of ["one", "two", "three"]) await run.signal("word", word);
  await settled(run);
  await keep("loop", run);
}

async function forks(): Promise<void> {
  const here = await deploy(code.asked);
  const run = await here.run(code.asked, undefined);
  await approve(run, "ok");
  await settled(run);
  await keep("asked", run);
  const reuse = await run.fork({ from: "step:do#1", decisions: "reuse" });
  await settled(reuse);
  await keep("asked-fork-reuse", reuse);
  const ask = await run.fork({ from: 99, decisions: "ask" });
  await approve(ask, "ok", "ben");
  await settled(ask);
  await keep("asked-fork-ask", ask);
  const again = await ask.fork({ from: 99, decisions: "reuse" });
  await settled(again);
  await keep("asked-fork-of-fork", again);
}

async function migrated(): Promise<void> {
  let here = await deploy(code.beforeRename);
  const { id } = await here.run(code.beforeRename, undefined);
  await (await here.get(id)).hold("ok", { timeout: "5s" });
  await reached(await here.get(id), "parked");
  here = await deploy(code.renamed);
  const run = await here.get(id);
  const plan = {
    rename: { "step:old": "step:new", "hold:ok": "hold:fine" },
    drop: ["step:gone"],
    provide: { "step:given#1": 42 },
  };
  await run.migrate({ ...plan, by: "ana" });
  await approve(run, "ok");
  await settled(run);
  await keep("renamed", run);
}

async function adopted(): Promise<void> {
  let here = await deploy(code.payOld);
  const { id } = await here.run(code.payOld, undefined);
  await (await here.get(id)).hold("pay", { timeout: "5s" });
  await reached(await here.get(id), "parked");
  here = await deploy(code.stopped);
  await approve(await here.get(id), "pay");
  here = await deploy(code.payNew);
  await approve(await here.get(id), "pay", "ben");
  await settled(await here.get(id));
  await keep("pay", await here.get(id));
}

async function insertion(): Promise<void> {
  let here = await deploy(code.beforeInsertion);
  const { id } = await here.run(code.beforeInsertion, undefined);
  await reached(await here.get(id), "parked");
  here = await deploy(code.inserted);
  await (await here.get(id)).signal("go");
  await settled(await here.get(id));
  await keep("inserted", await here.get(id));
}

async function unknownOutcome(): Promise<void> {
  code.outside.silent = true;
  let here = await deploy(code.unknown);
  const { id } = await here.run(code.unknown, undefined);
  await reached(await here.get(id), "running", 2);
  code.outside.silent = false;
  here = await deploy(code.unknown);
  const run = await here.get(id);
  await decide(run, "unknown outcome of pay", { action: "happened", result: "paid before" });
  await settled(run);
  await keep("unknown", run);
}

const all = [
  steps,
  waits,
  branches,
  undone,
  stopped,
  mended,
  loop,
  forks,
  migrated,
  adopted,
  insertion,
  unknownOutcome,
];
for (const record of all) {
  code.outside.broken.clear();
  ahead += 1000;
  await record();
}
await (await deploy()).stop();
