import { existsSync } from "node:fs";
import { join } from "node:path";
import { createEngine, type Engine } from "@holdpoint/core";
import { openNodeSqlite } from "../src/driver/node-sqlite.ts";
import { sqlite } from "../src/index.ts";
import { type Acknowledgement, acknowledging } from "./programs/acknowledgement.ts";

export interface Aftermath {
  /** What was acknowledged and is not there. */
  missing: string[];
  /** What is there and is not right: a damaged database, a broken chain. */
  damaged: string[];
}

/** Opens what a power cut left and works on it; gives the runs that then neither wait for a person nor are done. */
export async function workOn(directory: string): Promise<string[]> {
  const engine = createEngine({
    store: sqlite(join(directory, "store.db")),
    workflows: [acknowledging(() => undefined)],
  });
  await engine.runUntilIdle();
  const { items } = await engine.runs({}, { limit: 1000 });
  await engine.stop();
  return items
    .filter(({ status }) => status !== "completed" && status !== "parked")
    .map(({ id, status }) => `${id} is ${status}`);
}

/** Opens what a power cut left, and looks for everything that was acknowledged before it. */
export async function inspect(directory: string, acknowledged: readonly Acknowledgement[]): Promise<Aftermath> {
  const path = join(directory, "store.db");
  const damaged = existsSync(path) ? integrity(path) : [];
  const engine = createEngine({ store: sqlite(path), workflows: [] });
  await engine.open();
  const missing: string[] = [];
  const { items } = await engine.runs({}, { limit: 1000 });
  const byRun = Map.groupBy(acknowledged, ({ run }) => run);
  for (const { id } of items) {
    const { verdict, problems } = await engine.verify(id);
    if (verdict !== "intact") damaged.push(`${id} is ${verdict}: ${JSON.stringify(problems)}`);
    missing.push(...(await missingOf(engine, id, byRun.get(id) ?? [])));
    byRun.delete(id);
  }
  for (const [run, promises] of byRun) missing.push(...promises.map(({ ack, key }) => `${run}: ${ack} ${key}`));
  await engine.stop();
  return { missing, damaged };
}

function integrity(path: string): string[] {
  const driver = openNodeSqlite(path);
  const rows = driver.prepare("pragma integrity_check").all();
  driver.close();
  return rows.map((row) => String(row.integrity_check)).filter((line) => line !== "ok");
}

async function missingOf(engine: Engine, run: string, promises: readonly Acknowledgement[]): Promise<string[]> {
  const handle = await engine.get(run);
  const { status } = await handle.describe();
  const events = await handle.journal();
  const holds = await handle.holds();
  const stands = ({ ack, key, token }: Acknowledgement): boolean => {
    const recorded = (type: string): boolean =>
      events.some((event) => event.type === type && event.key === key && JSON.stringify(event.value)?.includes(token));
    switch (ack) {
      case "started":
        return recorded("run.opened");
      case "step":
        return recorded("step.settled");
      case "decided":
        return (
          recorded("mail.decision") && holds.some((hold) => hold.status === "decided" && hold.decision?.note === token)
        );
      case "ended":
        return status === "completed" && recorded("run.settled");
    }
  };
  return promises.filter((promise) => !stands(promise)).map(({ ack, key }) => `${run}: ${ack} ${key}`);
}
