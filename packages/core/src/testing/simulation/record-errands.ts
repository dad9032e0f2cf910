import { brokenLogLine } from "../../record/log-chain.ts";
import type { Store } from "../../store/store.ts";
import { isFinished } from "../../store/transitions.ts";
import { namespace, type World } from "./world.ts";

/** What people did with records and a log, to be compared with what is there in the end. */
export class RecordsBook {
  /** Attempts to raise the counter, and how many were acknowledged. */
  tried = 0;
  counted = 0;
  /** Keys of lines whose append was acknowledged. */
  readonly logged = new Set<string>();
  lines = 0;
  /** Where following the feed has come to, from its beginning on. */
  cursor = "0";
  /** What was read last of each run and hold. */
  readonly followed = new Map<string, string>();
}

const counter = { kind: "counter", id: "one" };

/** A counter raised by compare-and-set: whatever goes wrong, no acknowledged count is lost, and none counts twice. */
export async function countUp(store: Store, { records, now }: World): Promise<void> {
  const found = await store.record(namespace, counter.kind, counter.id, now);
  const body = String(Number(found?.body ?? 0) + 1);
  const expected = found?.revision ?? "absent";
  records.tried += 1;
  const [result] = await store.commit(namespace, [
    { type: "putRecord", ...counter, body, expected, expiresAt: null, at: now },
  ]);
  if (result.type === "put") records.counted += 1;
}

/** Sessions come, expire, are dropped and listed. */
export async function keepSessions(store: Store, { now, dice }: World): Promise<void> {
  const session = { kind: "session", id: `s${dice.below(3)}`, at: now };
  const expiresAt = now + dice.between(1, 500);
  await store.commit(namespace, [{ type: "putRecord", ...session, body: "{}", expected: "any", expiresAt }]);
  await store.records(namespace, session.kind, { limit: 2, now });
  if (dice.chance(0.8)) await store.commit(namespace, [{ type: "dropRecord", ...session, expected: "any" }]);
  await store.sweep(namespace, now);
}

/** Lines by several writers at the same time; one that is written again under its key is there once. */
export async function writeLog(store: Store, { records, now }: World): Promise<void> {
  const key = `line ${++records.lines}`;
  const line = { type: "log", log: "audit", lines: [{ at: now, body: "{}", key }] } as const;
  const [result] = await store.commit(namespace, [{ ...line, lines: [...line.lines] }]);
  if (result.type === "logged") records.logged.add(key);
  await store.logLines(namespace, "audit", { newestFirst: true, limit: 3 });
}

/** Reads on in the feed of changes; gives whether there is more. */
export async function followChanges(store: Store, { records, now }: World, limit = 3): Promise<boolean> {
  const { changes, cursor, more } = await store.changes(namespace, { after: records.cursor, limit, now });
  for (const { type, run, hold } of changes)
    records.followed.set(hold ? `hold ${hold.id}` : `run ${run.id}`, type.slice(type.indexOf(".") + 1));
  records.cursor = cursor;
  return more;
}

/** What must hold of them when a world has come to rest. */
export async function checkRecords(world: World): Promise<void> {
  const { store, records } = world;
  const count = Number((await store.record(namespace, counter.kind, counter.id, world.now))?.body ?? 0);
  if (count < records.counted || count > records.tried)
    world.violation(`the counter is ${count}: ${records.counted} counts acknowledged of ${records.tried} tried`);
  const lines = await store.logLines(namespace, "audit", { limit: 1_000 });
  const broken = brokenLogLine("audit", lines);
  if (broken !== null) world.violation(`the log does not follow from the line before ${broken}`);
  const keys = new Set(lines.map(({ key }) => key));
  if (keys.size !== lines.length) world.violation("the log has a line twice");
  await checkFollowed(world);
  for (const key of records.logged) if (!keys.has(key)) world.violation(`the log has lost ${key}`);
}

/** Whoever has read the feed to its end knows of every hold and every ended run what became of it. */
async function checkFollowed(world: World): Promise<void> {
  const { store, records } = world;
  while (await followChanges(store, world, 100));
  const page = { limit: 1_000, cursor: null };
  const check = (what: string, status: string): void => {
    const known = records.followed.get(what);
    if (known !== status) world.violation(`who follows the feed takes ${what} for ${known ?? "none"}: it is ${status}`);
  };
  for (const { id, status } of (await store.runs(namespace, {}, page)).items)
    if (isFinished(status)) check(`run ${id}`, status);
  for (const { id, runId, status } of (await store.holds(namespace, {}, page)).items)
    if (status !== "open" && (await store.run(namespace, runId)) !== null) check(`hold ${id}`, status);
}
