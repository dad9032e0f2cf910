import { type CompensationError, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import { type Saga, saga } from "./saga.ts";
import { isSagaError } from "./saga-error.ts";

/** Mulberry32: the same numbers for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2_654_435_761;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

interface Plan {
  name: string;
  /** How often doing it fails before it goes well; tries are limited to 3. */
  fails: number;
  /** How often undoing it fails; null when it cannot be undone at all and need not. */
  undoFails: number | null;
  kind: "effect" | "call";
}

const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const tries = 3;

describe.each(["normal", "park", "crash"] as const)("any saga (%s)", (discipline) => {
  test.each(Array.from({ length: 25 }, (_, i) => i + 1))(
    "seed %i: what was done is undone once, or is listed, and nothing else is",
    async (seed) => {
      const roll = dice(seed);
      const plan: Plan[] = Array.from({ length: 1 + roll(6) }, (_, i) => ({
        name: `s${i}`,
        fails: roll(6) === 0 ? tries : roll(3) === 0 ? 1 + roll(2) : 0,
        undoFails: roll(4) === 0 ? null : roll(3) === 0 ? 1 + roll(3) : 0,
        kind: roll(3) === 0 ? "call" : "effect",
      }));
      const left = new Map(
        plan.flatMap(({ name, fails, undoFails }) => [
          [name, fails],
          [`undo ${name}`, undoFails ?? 0],
        ]),
      );
      const done: string[] = [];
      const effect = (what: string): string => {
        const broken = left.get(what) ?? 0;
        left.set(what, broken - 1);
        if (broken > 0) throw new Error(`no ${what}`);
        done.push(what);
        return what;
      };
      let made = saga("any") as unknown as Saga<undefined, undefined, Record<never, never>>;
      for (const { name, undoFails, kind } of plan) {
        const compensate = undoFails === null ? {} : { compensate: () => effect(`undo ${name}`) };
        const next =
          kind === "effect"
            ? made.step(name as never, () => effect(name), { ...compensate, maxRetries: tries - 1, retryDelay: 1 })
            : made.call(
                name as never,
                (ctx) => ctx.step("inner", () => effect(name), { retry: { attempts: tries } }),
                compensate,
              );
        made = next as unknown as typeof made;
      }
      const outer = workflow({ name: "outer" }, async (ctx) => {
        await made.run(ctx, undefined);
        if (seed % 2 === 0) await ctx.step("fail later", () => Promise.reject(new Error("later")));
      });
      const engine = createTestEngine({ workflows: [outer], discipline, log });
      try {
        const run = await engine.run(outer, undefined);
        const failure = await run.result().then(
          () => null,
          (error: Error) => error.cause as Error,
        );
        const failing = plan.findIndex(({ fails }) => fails >= tries);
        const completed = plan.slice(0, failing < 0 ? plan.length : failing);
        const undoable =
          failing < 0 && seed % 2 === 1 ? [] : completed.filter(({ undoFails }) => undoFails !== null).reverse();
        // Undone by the run after the saga has ended, a step is tried as often as it is done; a call's step once.
        const late = failing < 0;
        const undoTries = ({ kind }: Plan): number => (late && kind === "call" ? 1 : tries);
        const undone = undoable.filter((one) => (one.undoFails ?? 0) < undoTries(one)).map(({ name }) => name);
        const lost = undoable.filter((one) => (one.undoFails ?? 0) >= undoTries(one)).map(({ name }) => name);
        expect(done).toEqual([...completed.map(({ name }) => name), ...undone.map((name) => `undo ${name}`)]);
        if (failing < 0 && seed % 2 === 1) return expect(failure).toBeNull();
        const listed = lost.length > 0 ? (failure as CompensationError).details.notUndone : [];
        expect((listed as { key: string }[]).map(({ key }) => /step:(.*)#1$/.exec(key)?.[1])).toEqual(lost);
        const own = lost.length > 0 ? (failure?.cause as Error) : failure;
        if (failing >= 0 && isSagaError(own)) {
          expect(own.details).toMatchObject({ step: `s${failing}`, undone });
          expect(own.details.notUndone.map(({ step }) => step)).toEqual(lost);
        } else expect(own?.message).toContain("later");
        const entries = (await run.journal()).filter(({ type }) => type === "step.settled").map(({ key }) => key);
        expect(new Set(entries).size).toBe(entries.length);
        expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact" });
      } finally {
        await engine.stop();
      }
    },
  );
});
