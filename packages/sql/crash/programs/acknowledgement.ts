import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type AnyWorkflow, workflow } from "@holdpoint/core";
import { z } from "zod";

/** A promise somebody was given: from here on it is in the database, whatever happens. */
export interface Acknowledgement {
  ack: "started" | "step" | "decided" | "ended";
  run: string;
  key: string;
  /** Stands in the database for what was promised, and nowhere else. */
  token: string;
}

/** How many of them one run gives, from its start to its end. */
export const acknowledgementsPerRun = 9;

export const fresh = (): string => randomBytes(12).toString("hex");

/** A workflow that says which results of its steps it has seen. */
export function acknowledging(say: (said: Acknowledgement) => void): AnyWorkflow {
  return workflow({ name: "acknowledging", input: z.string() }, async (ctx) => {
    const run = ctx.run.id;
    for (let n = 1; n <= 4; n++) {
      // One result is larger than a page.
      const text = "x".repeat(n === 3 ? 5_000 : 50);
      const { token } = await ctx.step(`step ${n}`, async () => {
        // Apart in time, so that they are not all written in one transaction.
        await delay(Math.random() * 30);
        return { token: fresh(), text };
      });
      say({ ack: "step", run, key: `step:step ${n}#1`, token });
    }
    await ctx.approve("go on", { title: "Go on?" });
    const tokens = await Promise.all(["a", "b"].map((name) => ctx.step(name, () => fresh())));
    for (const [i, token] of tokens.entries()) say({ ack: "step", run, key: `step:${"ab"[i]}#1`, token });
    return ctx.uuid();
  });
}
