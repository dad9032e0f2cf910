import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createEngine, type Engine } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { openNodeSqlite } from "../src/driver/node-sqlite.ts";
import { type Account, settleAccount } from "./account.ts";
import { Ledger } from "./ledger.ts";
import { type Program, startProgram } from "./program.ts";
import { tenSteps, work } from "./programs/workflows.ts";

export interface KillingOptions {
  directory: string;
  runs: number;
  /** How many workers are killed, spread over the work. */
  kills: number;
  /** How many of these processes work at the same time. */
  workers: number;
  /** 0 to 1: when to kill. */
  random: () => number;
}

export interface KillingResult extends Account {
  /** What SQLite's own check finds wrong with the file. */
  damage: string[];
  seconds: number;
}

const kinds = ["plain", "parallel", "sleeping", "held"] as const;

/**
 * Runs of ten steps, worked on by processes that are killed again and again, at random; and what remained of it.
 * One kill in six comes at any moment of a process's start; the others after so much more was done, so that there are
 * as many as were asked for, however fast the machine is.
 */
export async function killWhileWorking(options: KillingOptions): Promise<KillingResult> {
  const began = performance.now();
  const { directory, runs, kills, workers, random } = options;
  mkdirSync(directory, { recursive: true });
  const database = join(directory, "store.db");
  const ledger = new Ledger(join(directory, "ledger.jsonl"));
  const start = Array.from({ length: runs }, (_, i) => ({
    id: `r${i}`,
    input: { kind: kinds[i % kinds.length], pace: [5, 60] },
  }));
  const launch = (): Program =>
    startProgram("worker", { database, ledger: ledger.path, concurrency: Math.ceil(60 / workers), start });

  // The people: a process that executes nothing and decides what waits.
  const people = createEngine({ store: sqlite(database), workflows: [work(ledger)] });
  await people.open();
  let deciding = true;
  const decided = decideEverything(people, ledger, () => deciding);

  const team = Array.from({ length: workers }, launch);
  const whole = runs * tenSteps;
  for (let n = 0; n < kills; n++) {
    if (n % 6 === 5) await delay(random() * 400);
    else {
      await progress(ledger, Math.floor((whole * 0.92 * (n + random())) / kills));
      await delay(random() * 25);
    }
    const victim = team.shift();
    if (victim === undefined) break;
    ledger.note("cut", { pid: victim.pid });
    victim.kill("SIGKILL");
    await victim.ended;
    team.push(launch());
  }
  for (const { id } of start) {
    await resultOf(people, id);
  }
  deciding = false;
  await decided;
  for (const worker of team) worker.kill("SIGTERM");
  await Promise.all(team.map((worker) => worker.ended));
  const account = await settleAccount(people, ledger);
  await people.stop();
  const driver = openNodeSqlite(database);
  const damage = driver
    .prepare("pragma integrity_check")
    .all()
    .map((row) => String(row.integrity_check));
  driver.close();
  return { ...account, damage: damage.filter((line) => line !== "ok"), seconds: (performance.now() - began) / 1000 };
}

/** Waits until that many results of steps were seen. */
async function progress(ledger: Ledger, wanted: number): Promise<void> {
  for (;;) {
    const seen = new Set<string>();
    for (const { what, run, step } of ledger.lines()) if (what === "seen") seen.add(`${run}/${step}`);
    if (seen.size >= wanted) return;
    await delay(5);
  }
}

async function decideEverything(engine: Engine, ledger: Ledger, goOn: () => boolean): Promise<void> {
  while (goOn()) {
    for (const hold of (await engine.holds({ status: ["open"] }, { limit: 1000 })).items) {
      // Killed five times before it could write anything, by mere chance, a run looks as if it were the killer.
      const answer = hold.origin === "operator" ? { action: "retry" } : { approved: true };
      await engine.decide(hold, answer, { by: "ana" });
      ledger.note("decided", { run: hold.runId });
    }
    await delay(20);
  }
}

async function resultOf(engine: Engine, id: string): Promise<void> {
  for (;;) {
    const handle = await engine.get(id).catch(() => null);
    const status = await handle?.status();
    if (status !== undefined && !["ready", "running", "parked", "paused"].includes(status)) return;
    await delay(20);
  }
}
