import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, workflow } from "@holdpoint/core";
import { afterAll, describe, expect, test } from "vitest";
import { startChild } from "../fixtures/child.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-races-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("several processes on one file", () => {
  test.each([
    ["without rules", undefined],
    ["with rules", { people: Array.from({ length: 50 }, (_, i) => `p${i}`), exclude: ["eve"] }],
  ])(
    "of fifty decisions from five processes one wins, and forty-nine are told who did (%s)",
    async (how, reviewers) => {
      const path = join(directory, `${how}.db`);
      const asking = workflow({ name: "asking" }, async (ctx) => {
        const { by } = await ctx.approve("sign", { title: "Pay?", ...(reviewers ? { reviewers } : {}) });
        return by;
      });
      const engine = createEngine({ store: sqlite(path, { durability: "relaxed" }), workflows: [asking] });
      await engine.start();
      const run = await engine.run(asking, undefined);
      const hold = await run.hold("sign");
      const children = [0, 10, 20, 30, 40].map((from) =>
        startChild("decide", path, hold.id, `${from}`, `${from + 10}`),
      );
      await Promise.all(children.map((child) => child.line()));
      for (const child of children) child.kill("SIGUSR2");
      const told = (await Promise.all(children.map((child) => child.end()))).flat() as {
        by: string;
        won: boolean;
        told?: string;
      }[];
      const winners = told.filter(({ won }) => won).map(({ by }) => by);
      expect([told.length, winners.length]).toEqual([50, 1]);
      for (const { won, told: message } of told) {
        if (!won) expect(message).toContain(`was already decided by "${winners[0]}" at `);
      }
      expect(await run.result()).toBe(winners[0]);
      expect((await engine.verify(run.id)).problems).toEqual([]);
      await engine.stop();
    },
  );
});
