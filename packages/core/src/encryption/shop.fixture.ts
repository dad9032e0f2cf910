import { z } from "zod";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/options.ts";
import { memoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import { type EncryptedStore, type EncryptionOptions, encrypted } from "./encrypted-store.ts";
import { keyring } from "./keyring.ts";

export const namespace = "default";

/** A ring of keys that are the same whenever they are asked for. */
export const ring = (current: string, ...others: string[]) =>
  keyring({
    current,
    keys: Object.fromEntries([current, ...others].map((id) => [id, Buffer.from(id.padEnd(32, "."))])),
  });

/** A word that is only in what must be encrypted. */
export const mark = (what: string): string => `MARKED-${what}-SECRET`;

const part = workflow({ name: "part", input: z.string() }, (ctx, what) =>
  ctx.step("part", () => `${what} ${mark("child")}`),
);

/** Puts a marked word into everything that a run can say. */
export const order = workflow({ name: "order", input: z.string() }, async (ctx, what) => {
  ctx.emit(mark("stream"));
  await ctx.step("pay", () => ({ paid: mark("result") }));
  await ctx.step("scan", () => mark("chunk").repeat(20_000));
  await ctx.step("refused", () => Promise.reject(new Error(mark("error"))), { retry: { attempts: 1 } }).catch(() => {});
  await ctx.child(part, what);
  const { approved, note } = await ctx.approve("pay", {
    title: mark("title"),
    context: { what, why: mark("request") },
  });
  const said = await ctx.signal("go", z.string());
  return { approved, note, said };
});

/** Ends with an error that a run's row shows, too. */
export const failing = workflow({ name: "failing", input: z.string() }, (ctx, what) =>
  ctx.step("fail", () => Promise.reject(new Error(`${what} ${mark("failure")}`)), { retry: { attempts: 1 } }),
);

export const workflows = [part, order, failing];

/** An engine on an encrypted store, and the store below it. */
export function shop(
  options: { inner?: Store; encryption?: EncryptionOptions; engine?: Partial<EngineOptions> } = {},
): {
  engine: Engine;
  store: EncryptedStore;
  inner: Store;
} {
  const inner = options.inner ?? memoryStore();
  const store = encrypted(inner, options.encryption ?? { keys: ring("k1") });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return { engine: createEngine({ store, workflows, log: quiet, ...options.engine }), store, inner };
}

/** Works an order to its end: decided by ben, and signalled. */
export async function worked(engine: Engine, id: string): Promise<unknown> {
  const run = await engine.run(order, mark("input"), { id, by: "ana" });
  await engine.runUntilIdle();
  const { items } = await engine.holds({ status: ["open"], runId: id });
  const [hold] = items;
  if (!hold) throw new Error("the order asks nobody");
  await engine.holds.comment(hold, mark("comment"), { by: "ben" });
  await engine.decide(hold.id, { approved: true }, { by: "ben", note: mark("answer") });
  await run.signal("go", mark("signal"));
  await engine.runUntilIdle();
  return run.result();
}
