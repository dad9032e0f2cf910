import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { Account } from "./account.ts";
import { Ledger } from "./ledger.ts";
import { until } from "./office.ts";
import { freshDirectory, killAll, type Program, startProgram } from "./program.ts";
import { cannotMount, SmallDisk } from "./small-disk.ts";

const directory = freshDirectory("disk");
const disks: SmallDisk[] = [];
afterAll(async () => {
  await killAll();
  for (const disk of disks) disk.release();
  directory.remove();
});

/** Somewhere to put a database where writing becomes impossible, and possible again. */
interface Place {
  database: string;
  ledger: Ledger;
  under: readonly string[];
  refuse(worker: Program): void;
  allow(worker: Program): void;
}

/** Six seconds of work: on a busy machine, too, much of it is left when writing becomes impossible. */
const start = Array.from({ length: 30 }, (_, i) => ({ id: `r${i}`, input: { kind: "plain", pace: [300, 900] } }));

const launch = ({ database, ledger, under }: Place): Program =>
  startProgram("worker", { database, ledger: ledger.path, concurrency: 50, start }, under);

async function reckon(place: Place): Promise<{ account: Account; statuses: Record<string, string> }> {
  const { database, ledger } = place;
  const accountant = startProgram("accountant", { database, ledger: ledger.path }, place.under);
  return accountant.line(
    (line): line is { account: Account; statuses: Record<string, string> } => line instanceof Object,
  );
}

const told = (line: unknown): line is { done?: string; failed?: string } =>
  line instanceof Object && ("done" in line || "failed" in line);

const onSmallDisk = async (name: string): Promise<Place & { disk: SmallDisk }> => {
  const disk = await SmallDisk.mount(join(directory.path, name), 8);
  disks.push(disk);
  return {
    disk,
    database: join(disk.path, "store.db"),
    ledger: new Ledger(join(directory.path, `${name}.jsonl`)),
    under: disk.under,
    refuse: () => disk.fill(),
    allow: () => disk.free(),
  };
};

const onPragma = (name: string, refuse: string, allow: string): Place => ({
  database: join(directory.path, `${name}.db`),
  ledger: new Ledger(join(directory.path, `${name}.jsonl`)),
  under: [],
  refuse: (worker) => worker.tell(JSON.stringify({ sql: `pragma ${refuse}` })),
  allow: (worker) => worker.tell(JSON.stringify({ sql: `pragma ${allow}` })),
});

const full = "the disk is full; nothing was written and nothing is lost. Free some space, then go on";
const readOnly = "the database is read-only; nothing was written. Make the file and its directory writable";

const results = (ledger: Ledger): number => ledger.lines().filter(({ what }) => what === "seen").length;
const obstacle = cannotMount();

/** Work is under way when writing becomes impossible; somebody wants something meanwhile; then it is possible again. */
async function goThrough(place: Place, sentence: string): Promise<void> {
  const { ledger } = place;
  const worker = launch(place);
  await worker.ready();
  await until(() => results(ledger) > 30);
  place.refuse(worker);
  await until(() => worker.errors().includes(sentence));
  const before = results(ledger);
  // Long enough for several attempts.
  await delay(1_500);
  expect(results(ledger)).toBe(before);

  // Whoever wants something meanwhile hears the same, and it has not happened.
  worker.tell(JSON.stringify({ start: { id: "late", input: { kind: "plain", pace: [0, 0] } } }));
  const { failed } = await worker.line((line): line is { failed: string } => told(line) && line.failed !== undefined);
  expect(failed).toBe(`${place.database}: ${sentence}`);

  place.allow(worker);
  const finished = async () => {
    const { statuses } = await reckon(place);
    return start.every(({ id }) => statuses[id] === "completed") ? statuses : null;
  };
  const statuses = await until(finished);
  expect(statuses.late).toBeUndefined();
  const { account } = await reckon(place);
  expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [], repeated: 0 });
  const lines = worker.errors().trim().split("\n");
  expect(lines).toEqual([
    `holdpoint: ${place.database}: ${sentence}. Trying again until it works { code: 'STORE' }`,
    "holdpoint: the store works again {}",
  ]);
  worker.kill("SIGTERM");
  expect(await worker.ended).toEqual({ code: 0, signal: null });
}

describe("while nothing can be written", () => {
  test.for<[string, string, string, string]>([
    ["the largest size set for the database", full, "max_page_count = 1", "max_page_count = 1000000"],
    ["a database that became read-only", readOnly, "query_only = on", "query_only = off"],
  ])("%s: one clear error, nothing is lost, and work goes on when it can", async ([name, sentence, refuse, allow]) => {
    await goThrough(onPragma(name.replaceAll(" ", "-"), refuse, allow), sentence);
  });
});

describe("on a disk of its own", () => {
  test("a full file system: one clear error, nothing is lost, and work goes on when there is room", async ({
    skip,
  }) => {
    skip(obstacle !== null, obstacle ?? "");
    await goThrough(await onSmallDisk("full"), full);
  });

  test("SIGKILL while it is full: a new worker says so and ends; with room again nothing is lost", async ({ skip }) => {
    skip(obstacle !== null, obstacle ?? "");
    const place = await onSmallDisk("killed");
    const { ledger } = place;
    const worker = launch(place);
    await worker.ready();
    await until(() => results(ledger) > 30);
    place.refuse(worker);
    await until(() => worker.errors().includes(full));
    ledger.note("cut", { pid: worker.pid });
    worker.kill("SIGKILL");
    await worker.ended;

    const early = launch(place);
    expect((await early.ended).code).toBe(1);
    expect(early.errors()).toBe(`${place.database}: ${full}\n`);

    place.allow(early);
    await finishOn(place);
  });

  test("a worker on a read-only disk says so and ends; when it is writable again the work goes on", async ({
    skip,
  }) => {
    skip(obstacle !== null, obstacle ?? "");
    const place = await onSmallDisk("read-only");
    const worker = launch(place);
    await worker.ready();
    await until(() => results(place.ledger) > 30);
    worker.kill("SIGTERM");
    expect(await worker.ended).toEqual({ code: 0, signal: null });

    place.disk.remount("ro");
    const refused = launch(place);
    expect((await refused.ended).code).toBe(1);
    const cannotOpen = "the database file cannot be opened; check that its directory exists and is writable";
    expect(refused.errors()).toBe(`${place.database}: ${cannotOpen}\n`);

    place.disk.remount("rw");
    const account = await finishOn(place);
    expect(account.repeated).toBe(0);
  });
});

/** Has a new worker do what is left, and gives the account, which must be right. */
async function finishOn(place: Place): Promise<Account> {
  const worker = launch(place);
  await until(
    () =>
      place.ledger.lines().filter(({ what, step }) => what === "seen" && step === "step 10").length === start.length,
  );
  worker.kill("SIGTERM");
  await worker.ended;
  const { account } = await reckon(place);
  expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [] });
  return account;
}
