import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { WorkflowContext } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, type Discipline, disciplines } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";
import type { RunHandle } from "./run-handle.ts";

/** What a generated workflow does, one thing after the other. */
type Plan = Action[];
type Ask = "approve" | "child" | "signal";
type Action =
  | { do: "step" | Ask; name: string; attempts: number; slow: boolean }
  | { do: "sleep"; ms: number }
  | { do: "all"; branches: Plan[] };

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

function generate(roll: (sides: number) => number, names: string[], depth: number): Plan {
  return Array.from({ length: 1 + roll(4) }, (): Action => {
    const name = `n${names.length}`;
    const kind = roll(depth > 0 ? 10 : 8);
    if (kind > 7)
      return { do: "all", branches: Array.from({ length: 2 + roll(2) }, () => generate(roll, names, depth - 1)) };
    if (kind === 7) return { do: "sleep", ms: 1 + roll(4) };
    names.push(name);
    const what = (["approve", "child", "signal"] as const)[kind - 4] ?? "step";
    return { do: what, name, attempts: 1 + roll(2), slow: roll(3) === 0 };
  });
}

/** The names of a plan in the order in which its results are told. */
const told = (plan: Plan): string[] =>
  plan.flatMap((action) =>
    action.do === "all" ? action.branches.flatMap(told) : "name" in action ? [action.name] : [],
  );

const steps = (plan: Plan): Extract<Action, { slow: boolean }>[] =>
  plan.flatMap((action) => {
    if (action.do === "all") return action.branches.flatMap(steps);
    return action.do === "step" ? [action] : [];
  });

class Trial {
  readonly world: Deployments;
  /** How often a step of this name still throws. */
  readonly broken = new Map<string, number>();

  constructor(discipline: Discipline) {
    this.world = new Deployments(discipline);
  }

  effect(name: string): string {
    const left = this.broken.get(name) ?? 0;
    if (left > 0) {
      this.broken.set(name, left - 1);
      throw new Error(`${name} is broken`);
    }
    return this.world.did(name);
  }

  readonly part = workflow({ name: "part", input: z.string() }, (ctx, name) => ctx.step(name, () => this.effect(name)));

  async follow(ctx: WorkflowContext, plan: Plan): Promise<string[]> {
    const out: string[] = [];
    for (const action of plan) {
      if (action.do === "sleep") await ctx.sleep(action.ms);
      else if (action.do === "all") {
        const branches = Object.fromEntries(action.branches.map((one, i) => [`b${i}`, () => this.follow(ctx, one)]));
        out.push(...Object.values(await ctx.all(branches)).flat());
      } else out.push(await this.act(ctx, action));
    }
    return out;
  }

  async act(ctx: WorkflowContext, action: Exclude<Action, { do: "sleep" | "all" }>): Promise<string> {
    const { name } = action;
    if (action.do === "signal") return ctx.signal(name, z.string());
    if (action.do === "child") return ctx.child(this.part, name);
    if (action.do === "approve") {
      await ctx.approve(name, { title: "Go on?" });
      return name;
    }
    const run = async (): Promise<string> => {
      if (action.slow) await new Promise((resolve) => setTimeout(resolve, 1));
      return this.effect(name);
    };
    return ctx.step(name, run, { retry: { attempts: action.attempts, initial: 1, jitter: 0 } });
  }
}

/** Answers every hold and sends every signal, until the run is over. */
async function pushed(engine: Engine, run: RunHandle, signals: readonly string[]): Promise<string> {
  for (let i = 0; i < 3000; i++) {
    const { status, note } = await run.describe();
    if (status !== "running" && status !== "ready" && status !== "parked") return note ? `${status}: ${note}` : status;
    for (const name of signals) await run.signal(name, name, { dedupe: name }).catch(() => {});
    for (const hold of await run.holds()) {
      // Crashing after every write of any run looks like a poisoned run now and then.
      const answer = hold.origin === "operator" ? { action: "retry" } : { approved: true };
      if (hold.status === "open") await engine.decide(hold, answer, { by: "ana" }).catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("the run does not end");
}

describe.each(disciplines)("any workflow whose steps break, retried until it is through (%s)", (discipline) => {
  let trial = new Trial(discipline);
  afterEach(async () => {
    await trial.world.stop();
    trial = new Trial(discipline);
  });

  test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
    "seed %i: gives its result, and nothing was done twice",
    async (seed) => {
      const roll = dice(seed);
      const names: string[] = [];
      const plan = generate(roll, names, 2);
      for (const name of names) if (roll(3) === 0) trial.broken.set(name, 1 + roll(3));
      const flow = workflow({ name: "flow" }, async (ctx) => (await trial.follow(ctx, plan)).join(" "));
      const engine = await trial.world.deploy([flow, trial.part]);
      const run = await engine.run(flow, undefined);
      let ended = await pushed(engine, run, names);
      let retries = 0;
      while (ended !== "completed") {
        expect(ended).toMatch(/^failed: .*is broken/);
        expect(++retries).toBeLessThan(80);
        await run.retry();
        ended = await pushed(engine, run, names);
      }
      expect(await run.result()).toBe(told(plan).join(" "));
      // What was in flight at a failure or crash is made again, and an unfinished child starts afresh.
      const atOnce = new Set(steps(plan).flatMap((action) => (action.slow ? [] : [action.name])));
      const effects = trial.world.effects.filter((name) => atOnce.has(name)).sort();
      if (discipline !== "crash") expect(effects.filter((name, i) => name === effects[i - 1])).toEqual([]);
      expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact", problems: [] });
      const [checked] = (await engine.check({ status: ["completed"], workflow: "flow" })).runs;
      expect(checked).toMatchObject({ verdict: "goes on", reason: null });
    },
  );
});
