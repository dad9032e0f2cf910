import { afterEach, describe, expect, test } from "vitest";
import type { EngineOptions } from "../engine/options.ts";
import { CompensationError, PayloadTooLargeError, StepFailedError } from "../errors.ts";
import type { StepInfo } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, { limits: { payload: 4000 }, ...options });
  return world;
};
afterEach(() => world.stop());

const large = "x".repeat(5000);
const unpaid = () => world.did("unpay");

describe.each(disciplines)("a step whose result cannot be recorded, %s", (discipline) => {
  test("is undone with the value in hand before it fails, and only once", async () => {
    const seen: unknown[] = [];
    const keys = new Set<string>();
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      for (const value of [large, { connection: () => large }]) {
        await ctx
          .step("pay", () => world.did("pay", value), {
            compensate: (paid, { idempotencyKey }) => {
              keys.add(idempotencyKey);
              seen.push(paid === value);
              unpaid();
            },
          })
          .catch((error: Error) => world.did(error.message.replace(/:.*/, "")));
      }
      await ctx.step("after", () => world.did("after"));
      throw new Error("why");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined, { id: "R" });
    expect((await world.failure(run)).message).toBe("why");
    const failed = 'step "pay" failed after 1 attempt';
    expect(world.effects.filter((one) => one !== failed)).toEqual(
      ["book", "pay", "unpay", "pay", "unpay", "after", "unbook"], // each once: nothing of it is repeated
    );
    expect(world.effects.indexOf("unpay")).toBeLessThan(world.effects.indexOf(failed));
    expect(seen).toEqual([true, true]);
    expect([...keys]).toEqual(["R/step:pay#1/undo", "R/step:pay#2/undo"]);
    await world.check(run);
  });

  test("undoing it follows the step's own policy, and one that succeeds leaves no trace but the failure", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) =>
      ctx
        .step("pay", () => world.did("pay", large), {
          retry: { attempts: 3, initial: "10s", jitter: 0 },
          compensate: (_, { attempt }) => {
            world.did(`unpay ${attempt} at ${world.clock.now() - began}`);
            if (attempt < 3) throw new Error("not yet");
          },
        })
        .catch((error: Error) => (error.cause as Error).constructor.name),
    );
    open([flow], { discipline });
    const began = world.clock.now();
    expect(await world.complete(flow, undefined)).toBe(PayloadTooLargeError.name);
    expect(world.effects).toEqual(["pay", "unpay 1 at 0", "unpay 2 at 10000", "unpay 3 at 30000"]);
  });

  test("what could not be undone is in the error of the step, and listed when the run fails later", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      const error = await ctx
        .step("pay", () => world.did("pay", large), { compensate: () => Promise.reject(new Error("bank closed")) })
        .catch((error: StepFailedError) => error);
      expect(error).toBeInstanceOf(StepFailedError);
      const { cause } = error as unknown as { cause: CompensationError & { cause: Error } };
      expect(cause).toBeInstanceOf(CompensationError);
      expect(cause.cause).toBeInstanceOf(PayloadTooLargeError);
      await ctx.sleep("1h");
      throw new Error("why");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error).toBeInstanceOf(CompensationError);
    expect(error.details.notUndone).toEqual([
      { key: "step:pay#1", reason: 'step "undo pay" failed after 1 attempt: bank closed' },
    ]);
    expect(error.cause.message).toBe("why");
    expect(world.effects).toEqual(["book", "pay", "unbook"]);
    await world.check(run);
  });

  test("undoing that hangs is given up when the time for cleaning up is over", async () => {
    const flow = workflow({ name: "flow", cleanupTimeout: "2m" }, async (ctx) =>
      ctx.step("pay", () => world.did("pay", large), {
        compensate: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(world.did("aborted", signal.reason as Error)));
          }),
      }),
    );
    open([flow], { discipline });
    const began = world.clock.now();
    const error = (await world.failure(await world.begin(flow, undefined))) as CompensationError;
    expect(error.details.notUndone).toEqual([
      { key: "step:pay#1", reason: 'step "undo pay" failed after 1 attempt: cleanup did not finish within 120000 ms' },
    ]);
    expect(world.clock.now() - began).toBe(120_000);
    expect(world.effects).toEqual(["pay", "aborted"]);
  });
});

// A worker that is lost meanwhile takes the value with it: then what nobody saw end is unknown, as ever.
describe.each(["normal", "park"] as const)("a step that is being undone at once, %s", (discipline) => {
  test("a cancellation waits for the undoing, and lists it when it fails", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
      await ctx.step("pay", () => world.did("pay", large), {
        once: true,
        retry: { attempts: 2, initial: "10s", jitter: 0 },
        compensate: () => {
          unpaid();
          throw new Error("bank closed");
        },
      });
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.cancel("enough");
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error.details.notUndone).toEqual([
      { key: "step:pay#1", reason: 'step "undo pay" failed after 2 attempts: bank closed' },
    ]);
    expect(await run.describe()).toMatchObject({ status: "cancelled" });
    expect(world.effects).toEqual(["book", "pay", "unpay", "unpay", "unbook"]);
    await world.check(run);
  });

  test("a step that lost a race meanwhile is undone before the run ends, and nobody is asked about it", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const { winner } = await ctx.race({
        slow: () =>
          ctx.step("pay", () => world.did("pay", large), {
            once: true,
            retry: { attempts: 2, initial: "10s", jitter: 0 },
            compensate: (_, { attempt }) => {
              world.did(`unpay ${attempt}`);
              if (attempt < 2) throw new Error("not yet");
            },
          }),
        fast: () => ctx.sleep("1s"),
      });
      return winner;
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toBe("fast");
    expect(world.effects).toEqual(["pay", "unpay 1", "unpay 2"]);
  });
});

describe("a step whose result cannot be recorded", () => {
  test("is done and undone again when its worker is lost in between", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) =>
      ctx
        .step("pay", () => world.did("pay", large), {
          compensate: async (_: string, { idempotencyKey }: StepInfo) => {
            world.did(`unpay ${idempotencyKey}`);
            if (world.effects.length < 3) await new Promise(() => {});
          },
        })
        .catch(() => "went on"),
    );
    open([flow]);
    const run = await world.begin(flow, undefined, { id: "R" });
    await world.engine.crash();
    expect(await world.result(run)).toBe("went on");
    expect(world.effects).toEqual(["pay", "unpay R/step:pay#1/undo", "pay", "unpay R/step:pay#1/undo"]);
    await world.check(run);
  });

  test("is not undone by a run that only found it in the cache", async () => {
    const shared = { cache: { key: "k", ttl: "1d" as const }, compensate: unpaid };
    const finder = workflow({ name: "finder" }, async (ctx) => ctx.step("pay", () => large, shared).catch(() => "no"));
    open([finder], { limits: {} });
    await world.complete(finder, undefined);
    const { store, clock } = world;
    await world.stop();
    open([finder], { store, clock });
    expect(await world.complete(finder, undefined)).toBe("no");
    expect(world.effects).toEqual([]);
  });
});
