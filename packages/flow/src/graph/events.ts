import type { RunEvent, RunHandle } from "@holdpoint/core";

/** A run began. */
export interface WorkflowStartedEvent {
  type: "started";
  /** Stable: the same however often it is told. */
  id: string;
  at: Date;
  workflowId: string;
  workflowName: string;
}

/** A run came to a good end. */
export interface WorkflowCompletedEvent extends Omit<WorkflowStartedEvent, "type"> {
  type: "completed";
}

/** A run ended without one. */
export interface WorkflowFailedEvent extends Omit<WorkflowStartedEvent, "type"> {
  type: "failed";
  /** Why, in a sentence. */
  error: string;
}

/** What is told of a run. */
export type WorkflowEvent = WorkflowStartedEvent | WorkflowCompletedEvent | WorkflowFailedEvent;

/** A run went from one state to the next: a state is what was last done, "started" at first, "completed" or "failed" in the end. */
export interface StateTransition {
  /** Stable: the same however often it is told. */
  id: string;
  at: Date;
  workflowId: string;
  workflowType: string;
  from: string;
  to: string;
}

/** Who is told, and of what. One that throws stops the following; it goes on there when it is begun again after `seq`. */
export interface WorkflowHooks {
  /** Started, completed or failed. */
  event?: (event: WorkflowEvent) => unknown;
  started?: (fact: { id: string; workflowId: string; workflowType: string }) => unknown;
  stateTransitioned?: (transition: StateTransition) => unknown;
  completed?: (fact: { id: string; workflowId: string; workflowType: string; succeeded: boolean }) => unknown;
  /** All of this number has been told: whoever keeps it goes on after it. */
  told?: (seq: number) => unknown;
}

/**
 * Tells of a run from its journal, until it has ended: each fact at least once, each with an id that stays the same, and none because
 * of a replay. A crash between a fact and the note that it was told (`told`) tells it again.
 *
 * @example
 * await followWorkflow(await engine.get("triage-7"), {
 *   event: (event) => console.error(event.type, event.workflowId),
 *   stateTransitioned: ({ from, to }) => console.error(from, "→", to),
 * });
 *
 * @throws what a hook threw
 */
export async function followWorkflow(
  run: RunHandle<unknown>,
  hooks: WorkflowHooks,
  { after = 0 }: { after?: number } = {},
): Promise<void> {
  const { workflow } = await run.describe();
  // What was told before is read again, untold: the state it left is where the first transition starts.
  let state = "";
  for await (const event of run.watch()) {
    const next = stateAfter(event);
    if (next === null) continue;
    const from = state;
    state = next;
    if (event.seq <= after) continue;
    await tell(run.id, workflow, event, from, next, hooks);
    await hooks.told?.(event.seq);
  }
}

/** The state that an entry leads to; null when it leads to none. */
function stateAfter({ type, key, outcome }: RunEvent): string | null {
  if (type === "run.opened") return "started";
  if (type === "run.settled") return outcome === "ok" ? "completed" : "failed";
  // A hold is over when its answer comes; what else comes may not have been waited for.
  if (type === "mail.decision") return nameOf(key);
  if (type.startsWith("run.") || type.startsWith("mail.")) return null;
  if (type === "hold.opened") return `waiting for ${nameOf(key)}`;
  return type.endsWith(".settled") ? nameOf(key) : null;
}

/** "all#1.left/step:pay#2" is "pay". */
function nameOf(key: string): string {
  const last = key.slice(key.lastIndexOf("/") + 1);
  return last.replace(/^[a-z-]+:/i, "").replace(/#\d+$/, "");
}

async function tell(
  workflowId: string,
  name: string,
  { id, at, type, outcome, value }: RunEvent,
  from: string,
  to: string,
  hooks: WorkflowHooks,
): Promise<void> {
  const facts = { id, at, workflowId, workflowName: name };
  if (type === "run.opened") {
    await hooks.event?.({ type: "started", ...facts });
    await hooks.started?.({ id, workflowId, workflowType: name });
    return;
  }
  await hooks.stateTransitioned?.({ id, at, workflowId, workflowType: name, from, to });
  if (type !== "run.settled") return;
  const succeeded = outcome === "ok";
  await hooks.event?.(
    succeeded ? { type: "completed", ...facts } : { type: "failed", ...facts, error: wordsOf(value) },
  );
  await hooks.completed?.({ id, workflowId, workflowType: name, succeeded });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error ?? "no reason was recorded");
}
