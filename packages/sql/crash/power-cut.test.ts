import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inspect, workOn } from "./after-power-cut.ts";
import { Disk } from "./disk.ts";
import { freshDirectory, killAll, startProgram } from "./program.ts";
import { type Acknowledgement, acknowledgementsPerRun } from "./programs/acknowledgement.ts";
import { seeded } from "./seeded.ts";
import { cannotTrace, readTrace, type TraceEvent, tracing } from "./trace.ts";

const directory = freshDirectory("power");
afterAll(async () => {
  await killAll();
  directory.remove();
});

const obstacle = cannotTrace();
const runs = 30;
const cuts = 60;
const seed = Number(process.env.HOLDPOINT_SEED ?? Date.now() % 1_000_000);

async function traced(durability: "full" | "relaxed"): Promise<{ events: TraceEvent[]; database: string }> {
  const home = join(directory.path, durability);
  const trace = join(directory.path, `${durability}.strace`);
  const database = join(home, "store.db");
  const program = startProgram("acknowledging", { database, durability, runs }, tracing(trace));
  const { code } = await program.ended;
  expect(code, program.errors()).toBe(0);
  return { events: readTrace(trace, home), database };
}

/** What of the trace is about what was said, with what stood unsynced at that moment. */
interface Finding {
  acknowledged: number;
  /** Acknowledgements given while something of the WAL was not on the disk, or that a power cut then would undo. */
  early: string[];
  checkpoints: number;
}

function follow({ events, database }: { events: TraceEvent[]; database: string }): Finding {
  const disk = new Disk();
  const finding: Finding = { acknowledged: 0, early: [], checkpoints: 0 };
  for (const event of events) {
    disk.apply(event);
    if (event.type === "sync" && event.path === database) finding.checkpoints++;
    for (const { ack, run, key, token } of acknowledgements(event)) {
      finding.acknowledged++;
      if (disk.unsynced(`${database}-wal`) > 0) finding.early.push(`${run}: ${ack} ${key} (WAL not synced)`);
      else if (!disk.holds(Buffer.from(token))) finding.early.push(`${run}: ${ack} ${key} (not on the disk)`);
    }
  }
  return finding;
}

function acknowledgements(event: TraceEvent): Acknowledgement[] {
  if (event.type !== "said") return [];
  return event.text
    .split("\n")
    .filter((line) => line.includes('"ack"'))
    .map((line) => JSON.parse(line) as Acknowledgement);
}

/** Cuts the power at random moments (every third right after an acknowledgement) and looks at what is left. */
async function cutAtRandom(name: string, { events }: { events: TraceEvent[] }, random: () => number) {
  const afterSaid = events.flatMap((event, i) => (acknowledgements(event).length > 0 ? [i + 1] : []));
  const moments = Array.from({ length: cuts }, (_, n) =>
    n % 3 === 0
      ? (afterSaid[Math.floor(random() * afterSaid.length)] ?? 0)
      : Math.floor(random() * (events.length + 1)),
  ).sort((a, b) => a - b);
  const disk = new Disk();
  const said: Acknowledgement[] = [];
  const found = { missing: [] as string[], damaged: [] as string[], stuck: [] as string[] };
  let done = 0;
  for (const [n, moment] of moments.entries()) {
    for (; done < moment; done++) {
      const event = events[done];
      if (event === undefined) break;
      disk.apply(event);
      said.push(...acknowledgements(event));
    }
    const rest = join(directory.path, `${name}-${n}`);
    disk.cutPower(rest, random);
    const { missing, damaged } = await inspect(rest, said);
    found.missing.push(...missing.map((one) => `cut at ${moment} of ${events.length}: ${one}`));
    found.damaged.push(...damaged.map((one) => `cut at ${moment} of ${events.length}: ${one}`));
    if (n % 10 === 9) found.stuck.push(...(await workOn(rest)));
  }
  return found;
}

describe("a power cut", () => {
  test("every acknowledgement follows the sync of what it promises, and survives a power cut at any moment", async ({
    skip,
  }) => {
    skip(obstacle !== null, obstacle ?? "");
    const trace = await traced("full");
    const { acknowledged, early, checkpoints } = follow(trace);
    expect(acknowledged).toBe(runs * acknowledgementsPerRun);
    expect(early).toEqual([]);
    expect(checkpoints).toBeGreaterThanOrEqual(5);
    const syncs = trace.events.filter(({ type }) => type === "sync").length;
    console.log(
      `${acknowledged} acknowledgements, ${syncs} syncs, ${checkpoints} of them of the database; ${cuts} power cuts`,
    );
    const { missing, damaged, stuck } = await cutAtRandom("full", trace, seeded(seed));
    expect(missing, `seed ${seed}`).toEqual([]);
    expect(damaged, `seed ${seed}`).toEqual([]);
    expect(stuck, `seed ${seed}`).toEqual([]);
  });

  test("with relaxed durability the same trace shows acknowledgements before the sync, and a power cut loses some; nothing is damaged", async ({
    skip,
  }) => {
    skip(obstacle !== null, obstacle ?? "");
    const trace = await traced("relaxed");
    const { acknowledged, early } = follow(trace);
    expect(acknowledged).toBe(runs * acknowledgementsPerRun);
    expect(early.length).toBeGreaterThan(0);
    const { missing, damaged } = await cutAtRandom("relaxed", trace, seeded(seed));
    expect(missing.length, `seed ${seed}`).toBeGreaterThan(0);
    expect(damaged, `seed ${seed}`).toEqual([]);
  });
});
