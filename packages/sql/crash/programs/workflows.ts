import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type AnyWorkflow, type StepOptions, type WorkflowContext, workflow } from "@holdpoint/core";
import { z } from "zod";
import type { Ledger } from "../ledger.ts";

export const tenSteps = 10;

/** How long a step takes, in milliseconds: from, to. */
export const Pace = z.tuple([z.number(), z.number()]);
export const WorkInput = z.object({ kind: z.enum(["plain", "parallel", "sleeping", "held", "gated"]), pace: Pace });

/** A step that the ledger knows of: when it is called, and when the workflow gets its result. */
export async function witnessed(
  ctx: WorkflowContext,
  ledger: Ledger,
  step: string,
  act: () => unknown,
  options: StepOptions<string> = {},
): Promise<string> {
  const run = ctx.run.id;
  const token = await ctx.step(
    step,
    async () => {
      const own = `${process.pid}-${Math.random().toString(36).slice(2)}`;
      ledger.note("begin", { run, step, token: own });
      await act();
      return own;
    },
    options,
  );
  ledger.note("seen", { run, step, token });
  return token;
}

const within = ([from, to]: [number, number]) => delay(from + Math.random() * (to - from));

/**
 * Ten steps, each known to the ledger, in one of five shapes. Gives the ten tokens. The `broken` one fails. The first step of
 * a gated one lasts while the file `gate` is there.
 */
export function work(ledger: Ledger, broken: number | null = null, gate = ""): AnyWorkflow {
  return workflow({ name: "work", input: WorkInput, output: z.array(z.string()) }, async (ctx, { kind, pace }) => {
    const tokens: string[] = [];
    const one = (n: number): Promise<string> =>
      witnessed(ctx, ledger, `step ${n}`, async () => {
        await within(pace);
        while (kind === "gated" && n === 1 && existsSync(gate)) await delay(10);
        if (n === broken) throw new Error("this code is broken");
      });
    for (let n = 1; n <= tenSteps; n++) {
      if (kind === "parallel" && n === 4) {
        const { a, b, c } = await ctx.all({ a: () => one(4), b: () => one(5), c: () => one(6) });
        tokens.push(a, b, c);
        n = 6;
        continue;
      }
      if (kind === "sleeping" && n % 3 === 0) await ctx.sleep(n === 6 ? 1_100 : 30);
      if (kind === "held" && n === 5) {
        const { approved, by } = await ctx.approve("go on", { title: `Step 5 of ${ctx.run.id}` });
        if (!approved || by !== "ana") throw new Error("decided otherwise");
      }
      tokens.push(await one(n));
    }
    return tokens;
  });
}

/** While the file `fault` is there, the first step kills the process that runs it. */
export function dangerous(ledger: Ledger, fault: string): AnyWorkflow {
  return workflow({ name: "dangerous" }, async (ctx) => {
    await witnessed(ctx, ledger, "explode", async () => {
      if (existsSync(fault)) process.kill(process.pid, "SIGKILL");
    });
    await witnessed(ctx, ledger, "tidy up", () => undefined);
    return "survived";
  });
}

/** A step that fails five times, `pause` milliseconds apart. */
export function stubborn(ledger: Ledger): AnyWorkflow {
  return workflow({ name: "stubborn", input: z.object({ pause: z.number() }) }, async (ctx, { pause }) => {
    const fail = (): never => {
      throw new Error("not yet");
    };
    const retry = { attempts: 5, initial: pause, coefficient: 1, jitter: 0 };
    await witnessed(ctx, ledger, "knock", fail, { retry });
  });
}
