import { createHash } from "node:crypto";
import { canonical } from "../hold/evidence.ts";
import { type FiredTrigger, firedTriggers, type HoldFacts, type HoldTrigger } from "../hold/triggers.ts";
import { durationMs } from "../workflow/duration.ts";
import type { Execution } from "./execution.ts";
import type { Scope } from "./scope.ts";
import { callStep } from "./steps.ts";

/** What the gate before a hold found; recorded once, so that a replay neither rolls the dice nor asks the store again. */
export interface GateRecord {
  facts: HoldFacts;
  fired: FiredTrigger[];
}

/** What a gate looks at. */
interface Gate {
  holdWhen: readonly HoldTrigger[];
  facts: HoldFacts;
  action: { name: string; arguments: unknown } | null;
}

/** The journal's name of the gate before a hold. */
export const gateStep = (hold: string): string => `${hold}: hold when`;

/** So long somebody's approval of an action, or of its arguments, is remembered. */
const memoryMs = durationMs("400d", "memory");

/** Evaluates the triggers of a hold, on the record. */
export function callGate(execution: Execution, scope: Scope, name: string, gate: Gate): Promise<GateRecord> {
  return callStep(execution, scope, gateStep(name), async (): Promise<GateRecord> => {
    const { holdWhen, facts } = gate;
    const known = {
      action:
        holdWhen.some((trigger) => "firstTime" in trigger) &&
        (await isKnown(execution, actionKey(execution, name, gate))),
      arguments:
        holdWhen.some((trigger) => "novelArguments" in trigger) &&
        (await isKnown(execution, argumentsKey(execution, name, gate))),
      chance: execution.host.clock.random(),
    };
    return { facts, fired: firedTriggers(holdWhen, facts, known) };
  });
}

/** Remembers what a person approved, where a trigger asks for it. */
export async function rememberApproval(execution: Execution, scope: Scope, name: string, gate: Gate): Promise<void> {
  const asks = gate.holdWhen.some((trigger) => "firstTime" in trigger || "novelArguments" in trigger);
  if (!asks) return;
  await callStep(execution, scope, `${name}: remember`, async () => {
    const { host } = execution;
    const expires = host.clock.now() + memoryMs;
    for (const key of [actionKey(execution, name, gate), argumentsKey(execution, name, gate)])
      await host.cachePut(key, execution.plain([true]), expires);
  });
}

const isKnown = async (execution: Execution, key: string): Promise<boolean> =>
  (await execution.host.cacheGet(key)) !== null;

const digest = (...parts: string[]): string => createHash("sha256").update(parts.join("\0")).digest("base64url");

const actionKey = ({ row }: Execution, name: string, { action }: Gate): string =>
  digest("approved action", row.workflow, name, action?.name ?? "");

const argumentsKey = ({ row }: Execution, name: string, { action }: Gate): string =>
  digest("approved arguments", row.workflow, name, action?.name ?? "", canonical(action?.arguments ?? null));
