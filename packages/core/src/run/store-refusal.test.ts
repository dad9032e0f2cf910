import { afterEach, describe, expect, test } from "vitest";
import type { EngineOptions } from "../engine/options.ts";
import { CompensationError, StepFailedError, StoreError } from "../errors.ts";
import { memoryStore } from "../store/index.ts";
import type { Store } from "../store/store.ts";
import { wrapStore } from "../testing/store-calls.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

const unwritable = "no database takes this";

/** A database that takes nothing with `unwritable` in it, though the engine could store it; `mended`, it does. */
function choosy(mended = () => false): Store {
  const isRefused = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes(unwritable);
  return wrapStore(memoryStore(), async (call, proceed) => {
    const written = call.operations.flatMap((one) => {
      if (one.type !== "advance") return [];
      const payloads = one.entries.flatMap(({ payload }) => (payload ? [payload.bytes] : []));
      return [...payloads, ...one.stream, ...one.chunks.map(({ bytes }) => bytes)];
    });
    if (mended() || !written.some(isRefused)) return proceed();
    if (call.operations.length > 1) throw new Error("a test that writes for one run at a time");
    return [{ type: "refused", reason: "invalid byte sequence" }] as never;
  });
}

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, { store: choosy(), ...options });
  return world;
};
afterEach(() => world.stop());

describe.each(disciplines)("a result the store refuses, %s", (discipline) => {
  test("fails its step, which is undone at once with its value, and with it the run", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      await ctx.step("pay", () => world.did("pay", unwritable), {
        compensate: (value) => world.did(value === unwritable ? "unpay" : "unpay what?"),
      });
      world.did("went on");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as StepFailedError & { cause: Error };
    expect(error.message).toBe('step "pay" failed after 1 attempt: the store refused an entry: invalid byte sequence');
    expect(error.cause).toBeInstanceOf(StoreError);
    expect(world.effects).toEqual(["book", "pay", "unpay", "unbook"]);
    expect(await run.describe()).toMatchObject({ status: "failed" });
    await world.check(run);
  });

  test("is listed when it cannot be undone", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      await ctx.step("pay", () => world.did("pay", unwritable), {
        compensate: () => Promise.reject(new Error("bank closed")),
      });
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error).toBeInstanceOf(CompensationError);
    expect(error.details.notUndone).toEqual([
      { key: "step:pay#1", reason: 'step "undo pay" failed after 1 attempt: bank closed' },
    ]);
    expect(error.cause).toBeInstanceOf(StepFailedError);
    expect(world.effects).toEqual(["book", "pay", "unbook"]);
    await world.check(run);
  });

  test("leaves the run alive when the code goes on without it, with everything written beside it", async () => {
    const retry = { attempts: 3, initial: "1s" as const };
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const { large, small, late } = await ctx.all({
        // In chunks: those must not be written either.
        large: () =>
          ctx
            .step("large", () => world.did("large", unwritable.repeat(5000)), {
              retry,
              compensate: () => world.did("un"),
            })
            .catch((error: Error) => error.message),
        // Not in the same write: what is in one write is refused as one.
        small: () => ctx.sleep("1s").then(() => ctx.step("small", () => world.did("small", 7))),
        late: () => ctx.sleep("1h").then(() => "late"),
      });
      return { large, small, late };
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual({
      large: 'step "large" failed after 1 attempt: the store refused an entry: invalid byte sequence',
      small: 7,
      late: "late",
    });
    expect([world.count("large"), world.count("un"), world.count("small")]).toEqual([1, 1, 1]);
  });

  test("that belongs to no step fails the run, and what it did is undone", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      ctx.emit(unwritable);
      await ctx.sleep("1h");
      world.did("went on");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    expect(await world.failure(run)).toBeInstanceOf(StoreError);
    expect(world.effects).toEqual(["book", "unbook"]);
    await world.check(run);
  });

  test("of the run itself fails it, and what it did is undone", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      return unwritable;
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    expect(await world.failure(run)).toBeInstanceOf(StoreError);
    expect(world.effects).toEqual(["book", "unbook"]);
    await world.check(run);
  });

  test("of an undoing leaves the others undone, and is listed", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      await ctx.step("pay", () => world.did("pay"), { compensate: () => world.did("unpay", unwritable) });
      throw new Error("why");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error).toBeInstanceOf(CompensationError);
    expect((error.details.notUndone as { key: string }[]).map(({ key }) => key)).toEqual(["step:pay#1"]);
    expect(error.cause.message).toBe("why");
    expect(world.effects).toEqual(["book", "pay", "unpay", "unbook"]);
    await world.check(run);
  });
});

describe("a run whose result the store refused", () => {
  test("ends when it is retried and the store takes it", async () => {
    let mended = false;
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"));
      return unwritable;
    });
    open([flow], { store: choosy(() => mended) });
    const run = await world.begin(flow, undefined);
    expect(await world.failure(run)).toBeInstanceOf(StoreError);
    mended = true;
    await run.retry({ by: "ana" });
    expect(await world.result(run)).toBe(unwritable);
    expect(world.effects).toEqual(["book"]);
    expect(await world.keptResult(run)).toBe(unwritable);
    await world.check(run);
  });

  test("fails with what the store said of its failure", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => 1, { compensate: () => Promise.reject(new Error("no")) });
      throw new Error(unwritable);
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error.details.notUndone).toMatchObject([{ key: "step:book#1" }]);
    expect(error.cause).toBeInstanceOf(StoreError);
    await world.check(run);
  });
});
