import { randomBytes } from "node:crypto";
import { createEngine, type Engine, type Store, workflow } from "@holdpoint/core";
import { z } from "zod";

export const namespace = "shop";
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** What each parked run waits for, by its number. */
export const waits = ["hold", "signal", "sleep", "child"] as const;

const waiting = z.object({ n: z.number(), for: z.enum(waits) });

const pay = workflow({ name: "pay", input: z.number() }, async (ctx, n) => {
  const { approved } = await ctx.approve("pay", { title: `Pay ${n}?`, severity: "low" });
  return approved ? n : 0;
});

export const order = workflow({ name: "order", input: waiting }, async (ctx, input) => {
  const price = await ctx.step("price", () => input.n * 2);
  await ctx.set({ n: input.n });
  if (input.for === "hold")
    return (await ctx.approve("ship", { title: `Ship ${input.n}?`, severity: "low" })).approved && price;
  if (input.for === "signal") return (await ctx.signal("paid", z.number())) + price;
  if (input.for === "child") return ctx.child(pay, price);
  // Long enough to be parked, short enough to be waited for.
  await ctx.sleep("3s");
  return price;
});

const done = workflow({ name: "done", input: z.number() }, async (ctx, n) => {
  const first = await ctx.step("first", () => ({ n, text: "größer als alles ✓" }));
  if (n % 10 === 0) await ctx.step("large", () => randomBytes(60_000).toString("base64"));
  ctx.emit({ n });
  return ctx.step("second", () => first.n + 1);
});

export function engineOn(store: Store, options: { chainKey?: Uint8Array } = {}): Engine {
  return createEngine({ store, namespace, workflows: [order, pay, done], log: quiet, ...options });
}

/** Makes an installation with everything in it that a store can hold: `finished` runs, and `parked` that wait for different things. */
export async function install(store: Store, size: { finished: number; parked: number }): Promise<void> {
  const engine = engineOn(store);
  await engine.open();
  const starts: Promise<unknown>[] = [];
  for (let i = 0; i < size.finished; i++) starts.push(engine.run(done, i, { id: `done-${i}` }));
  for (let i = 0; i < size.parked; i++) {
    starts.push(engine.run(order, { n: i, for: waits[i % waits.length] ?? "hold" }, { id: `order-${i}` }));
  }
  starts.push(engine.run(order, { n: -1, for: "hold" }, { id: "cancelled" }));
  await Promise.all(starts);
  const unasked = { name: "unasked", value: 1, dedupe: "once" };
  await engine.startOrSignal(order, { n: 0, for: "hold" }, unasked, { id: "order-0" });
  await engine.runUntilIdle();
  await engine.label("done-1", "step:first#1", "right", { by: "ana" });
  await (await engine.get("cancelled")).cancel("not wanted");
  await engine.runUntilIdle();
  await engine.erase({ run: "done-0" });
  await engine.stop();
}
