import { createHash } from "node:crypto";
import type { Engine } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import { refuseOwnWorkflow } from "../routes/own-workflows.ts";
import { type ParsedCall, textAt, valueAt } from "./map-call.ts";
import type { Action, StoredHook } from "./stored-hook.ts";

/** What a call did. */
export interface HookResult {
  run: string;
  /** Of a start: the run was there already. Null of a signal. */
  repeated: boolean | null;
}

/** Does what a hook is for. `named` names the delivery, where the hook does not say what does. */
export async function act(
  engine: Engine,
  { id, hook }: { id: string; hook: StoredHook },
  call: ParsedCall,
  named: string,
): Promise<HookResult> {
  const { action, idempotency } = hook;
  const name = idempotency === null ? named : textAt(idempotency, call, "name of the delivery");
  const key = `${id}:${createHash("sha256").update(name).digest("base64url").slice(0, 26)}`;
  const by = `hook:${id}`;
  return action.type === "start" ? start(engine, action, call, { key, by }) : signal(engine, action, call, { key, by });
}

async function start(
  engine: Engine,
  action: Extract<Action, { type: "start" }>,
  call: ParsedCall,
  { key, by }: { key: string; by: string },
): Promise<HookResult> {
  refuseOwnWorkflow(action.workflow);
  const id = action.id === undefined ? key : textAt(action.id, call, "run's id");
  if (id === "." || id === "..") throw new RequestError(422, "VALIDATION", "the run's id must not be . or ..");
  const input = action.input === undefined ? call.json : valueAt(action.input, call);
  const sources = Object.entries(action.attributes ?? {});
  const attributes = Object.fromEntries(
    sources.map(([name, source]) => [name, textAt(source, call, `attribute ${name}`)]),
  );
  const run = await engine.run(action.workflow, input, { id, by, attributes });
  return { run: run.id, repeated: !run.created };
}

async function signal(
  engine: Engine,
  action: Extract<Action, { type: "signal" }>,
  call: ParsedCall,
  { key, by }: { key: string; by: string },
): Promise<HookResult> {
  const run = await engine.get(textAt(action.run, call, "run's id"));
  const value = action.value === undefined ? call.json : valueAt(action.value, call);
  // The store takes it once, also when the run has ended since.
  await run.signal(action.name, value, { by, dedupe: key });
  return { run: run.id, repeated: null };
}
