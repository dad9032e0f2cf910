import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, systemClock, workflow } from "@holdpoint/core";
import { afterAll, expect, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-idle-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("whoever works a store until nothing is ready works what its last owner is too busy for, too", async () => {
  const path = join(directory, "holds.db");
  let finish = (): void => {};
  const busy = workflow({ name: "busy" }, (ctx) =>
    ctx.step("take long", () => new Promise<void>((resolve) => (finish = resolve))),
  );
  const asking = workflow({ name: "asking" }, async (ctx) => (await ctx.approve("sign", { title: "Pay?" })).by);
  const owner = createEngine({
    store: sqlite(path, { durability: "relaxed" }),
    workflows: [busy, asking],
    concurrency: 1,
  });
  await owner.start();
  const runs = await Promise.all([1, 2].map((n) => owner.run(asking, undefined, { id: `r${n}` })));
  const holds = await Promise.all(runs.map((run) => run.hold("sign")));
  await owner.run(busy, undefined);
  // So fast a machine that the owner's head start is not over when it looks: its clock goes at a twentieth of the speed.
  const began = Date.now();
  const clock = { ...systemClock, now: () => began + 60_000 + Math.floor((Date.now() - began) / 20) };
  const other = createEngine({ store: sqlite(path, { durability: "relaxed" }), workflows: [asking], clock });
  await other.open();
  for (const hold of holds) {
    await other.decide(hold, { approved: true }, { by: "ana" });
    await other.runUntilIdle();
    expect((await (await other.get(hold.runId)).describe()).status).toBe("completed");
  }
  finish();
  await Promise.all([other.stop(), owner.stop()]);
});
