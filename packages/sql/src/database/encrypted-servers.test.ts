import { createEngine, encrypted, keyring, workflow } from "@holdpoint/core";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { places, stopPlaces } from "./places.fixture.ts";

afterAll(() => stopPlaces());

const words = ["input", "result", "chunk", "child", "transaction", "title", "answer", "signal"] as const;
const word = (which: (typeof words)[number]): string => `MARKED-${which}-word`;

const part = workflow({ name: "part", input: z.string() }, (ctx, text) => ctx.step("part", () => text));
const order = workflow({ name: "order", input: z.string() }, async (ctx) => {
  const paid = await ctx.transaction("pay", async (tx) => {
    await tx.execute("insert into account (id, balance) values ('ana', 5)");
    return word("transaction");
  });
  const small = await ctx.step("small", () => word("result"));
  const large = await ctx.step("large", () => `${word("chunk")} `.repeat(9_000));
  const given = await ctx.child(part, word("child"));
  const { note } = await ctx.approve("ask", { title: word("title") });
  const said = await ctx.signal("go", z.string());
  return { paid, small, large: large.length, given, note, said };
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 1) } });

for (const { name, make, missing } of places.filter(({ name }) => name !== "SQLite")) {
  const lacking = missing === null ? "" : ` (skipped: ${missing})`;
  describe.skipIf(missing !== null)(`encrypted, on a server${lacking}`, () => {
    test(`a run that one process began is ended by the next, and ${name} has no word of it`, async () => {
      const place = await make();
      const process = () => {
        const engine = createEngine({
          store: encrypted(place.store(), { keys }),
          workflows: [order, part],
          log: quiet,
        });
        onTestFinished(() => engine.stop());
        return engine;
      };

      const first = process();
      await first.start();
      const begun = await first.run(order, word("input"), { id: "o1", by: "ana" });
      await begun.hold("ask");
      await first.stop();

      const second = process();
      await second.start();
      const [hold] = (await second.holds({ status: ["open"] })).items;
      expect(hold?.title).toBe(word("title"));
      await second.decide(hold?.id ?? "", { approved: true }, { by: "ben", note: word("answer") });
      const run = await second.get("o1");
      await run.signal("go", word("signal"));
      expect(await run.result()).toEqual({
        paid: word("transaction"),
        small: word("result"),
        large: 9_000 * (word("chunk").length + 1),
        given: word("child"),
        note: word("answer"),
        said: word("signal"),
      });
      expect(await second.verify("o1")).toMatchObject({ verdict: "intact", problems: [] });
      await second.stop();

      const text = (_: string, value: unknown): unknown => {
        const bytes = (value as { type?: string; data?: number[] } | null)?.type === "Buffer";
        return bytes ? Buffer.from((value as { data: number[] }).data).toString("latin1") : value;
      };
      const tables = ["run", "journal", "inbox", "hold", "hold_event", "payload", "document", "record", "stream"];
      const rows = [];
      for (const table of tables) rows.push(await place.admin(`select * from ${place.table(table)}`));
      const all = JSON.stringify(rows, text);
      expect(all).toContain("step:small#1");
      expect(words.filter((which) => all.includes(word(which)))).toEqual([]);
      await place.remove();
    });
  });
}
