import { afterAll, describe, expect, test } from "vitest";
import { Office, until } from "./office.ts";
import { freshDirectory, killAll } from "./program.ts";
import { tenSteps } from "./programs/workflows.ts";

const directory = freshDirectory("retries");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("retries", () => {
  test.each([
    ["in memory", 700],
    ["parked", 1_500],
  ])("SIGKILL in the back-off after attempt 3 of 5 (%s): five attempts in all", async (name, pause) => {
    const office = new Office(directory.path, name);
    await office.engine.open();
    const first = await office.worker();
    await office.start("stubborn", { pause }, "r");
    const handle = await office.engine.get("r");
    const attempts = async () => (await handle.journal()).filter(({ type }) => type === "step.attempt");
    await until(async () => (await attempts()).length === 3);
    await office.kill(first);
    expect(office.ledger.calls("r", "knock")).toBe(3);

    const second = await office.worker();
    expect(await office.rests("r")).toBe("failed");
    expect(office.ledger.calls("r", "knock")).toBe(5);
    expect((await attempts()).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    const settled = (await handle.journal()).filter(({ type }) => type === "step.settled");
    expect(settled.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[5, "error"]]);
    second.kill("SIGTERM");
    await second.ended;
    await office.engine.stop();
  });

  test("step 7 of 10 fails, the code is fixed, the run is retried: steps 1 to 6 are not called again", async () => {
    const office = new Office(directory.path, "fixed");
    await office.engine.open();
    const broken = await office.worker({ broken: 7 });
    await office.start("work", { kind: "plain", pace: [1, 5] }, "r");
    expect(await office.rests("r")).toBe("failed");
    const handle = await office.engine.get("r");
    await expect(handle.result()).rejects.toThrow(/failed/);
    await office.kill(broken);

    const fixed = await office.worker();
    await handle.retry({ by: "ana" });
    expect(await office.rests("r")).toBe("completed");
    const calls = Array.from({ length: tenSteps }, (_, i) => office.ledger.calls("r", `step ${i + 1}`));
    expect(calls).toEqual([1, 1, 1, 1, 1, 1, 2, 1, 1, 1]);
    expect(await office.engine.verify("r")).toMatchObject({ verdict: "intact" });
    fixed.kill("SIGTERM");
    await fixed.ended;
    await office.engine.stop();
  });
});
