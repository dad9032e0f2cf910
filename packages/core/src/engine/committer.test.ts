import { expect, test } from "vitest";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../store/wrap-store.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const note = workflow({ name: "note" }, async () => "noted");

test("what a caller asks for in one turn is written in its order, at most 500 operations at once", async () => {
  const sizes: number[] = [];
  const written: string[] = [];
  const store = wrapStore(memoryStore(), (call, proceed) => {
    if (call.method === "commit") sizes.push(call.operations.length);
    for (const one of call.operations) {
      if (one.type === "start") written.push(one.run.id);
    }
    return proceed();
  });
  const engine = createEngine({ store, workflows: [note], log: quiet });
  await engine.open();
  const ids = Array.from({ length: 1200 }, (_, i) => `r${i}`);
  const runs = await Promise.all(ids.map((id) => engine.run(note, undefined, { id })));
  expect(runs.map(({ id }) => id)).toEqual(ids);
  expect(written).toEqual(ids);
  expect(sizes).toEqual([500, 500, 200]);
  await engine.stop();
});
