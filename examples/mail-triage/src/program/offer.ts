import { userInfo } from "node:os";
import type { Engine } from "holdpoint";
import type { Register } from "../triage/register.ts";
import { ask } from "./ask.ts";
import { holdpointCommand } from "./command.ts";
import { describeHold } from "./report.ts";

/** On a terminal shows the first hold and asks; elsewhere says which command decides it. */
export async function offerFirstHold(engine: Engine, { open }: Register, stop: AbortSignal): Promise<void> {
  const hold = open[0];
  if (!hold || stop.aborted) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    console.log(`\nDecide the first (or --reject it):\n  ${commandFor(hold.id)}`);
    return;
  }
  console.log(`\n${describeHold(hold)}\n`);
  const answer = await ask("Quarantine it? [a]pprove, [r]eject, [s]kip: ");
  if (answer === "skip") {
    console.log(`It waits, for as long as it takes. Decide it with\n  ${commandFor(hold.id)}`);
    return;
  }
  await engine.decide(hold, { approved: answer === "approve" }, { by: userInfo().username, channel: "npm start" });
  await engine.runUntilIdle();
  const folder = answer === "approve" ? "quarantine" : "inbox";
  console.log(`Filed into out/${folder}. Your decision is part of the next training: npm start`);
  const next = open[1];
  if (next) console.log(`The next one:\n  ${commandFor(next.id)}`);
}

function commandFor(holdId: string): string {
  return holdpointCommand(`decide ${holdId} --approve`);
}
