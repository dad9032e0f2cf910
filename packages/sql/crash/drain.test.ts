import { afterAll, describe, expect, test } from "vitest";
import { Office, until } from "./office.ts";
import { freshDirectory, killAll } from "./program.ts";

const directory = freshDirectory("drain");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("SIGTERM", () => {
  test("running steps end, everything else is given back, the process exits with 0, and nothing is executed twice", async () => {
    const office = new Office(directory.path, "drain");
    const { engine, ledger } = office;
    await engine.open();
    const leaving = await office.worker({ concurrency: 20 });
    const runs = await office.startMany(40, { kind: "plain", pace: [100, 200] });
    await until(() => ledger.lines().filter(({ what }) => what === "begin").length > 50);
    leaving.kill("SIGTERM");
    expect(await leaving.ended).toEqual({ code: 0, signal: null });
    expect(leaving.errors()).toBe("");

    const { items } = await engine.runs({}, { limit: 100 });
    expect(items.filter(({ status }) => status !== "ready")).toEqual([]);
    expect(await engine.workers()).toEqual([]);
    const steps = (what: string) =>
      new Set(ledger.lines().flatMap((line) => (line.what === what ? [`${line.run}/${line.step}`] : [])));
    expect(steps("seen")).toEqual(steps("begin"));

    const next = await office.worker();
    for (const run of runs) expect(await office.rests(run)).toBe("completed");
    const account = await office.account();
    expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [], repeated: 0 });
    next.kill("SIGTERM");
    expect(await next.ended).toEqual({ code: 0, signal: null });
    await engine.stop();
  });
});
