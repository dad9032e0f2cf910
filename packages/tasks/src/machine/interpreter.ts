import {
  HoldExpiredError,
  type StandardSchemaV1,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";
import type { EventSchemas, MachineEvent, Moment, StateMachine } from "./definition.ts";
import { type AnyMachine, checkData, judge } from "./judge.ts";
import { type Birth, type Envelope, eventSignal, holdName, type MachineRecord } from "./record.ts";

/** Takes everything: the sender has checked it, and the interpreter checks events again by their name. */
const unchecked = <T>(): StandardSchemaV1<T> => ({
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value: value as T }) },
});
const anEnvelope = unchecked<Envelope>();

/** Past so many transitions the run goes on with a fresh history. */
const generationLength = 500;

/** Where an instance stands, and what led there. */
interface Standing {
  state: string;
  context: unknown;
  version: number;
  event: MachineEvent;
}

/** What an instance waits for has come: an event, judged and accepted. */
interface Accepted {
  to: string;
  context: unknown;
  event: MachineEvent;
  call: string | null;
}

/** The workflow that every instance of a machine is a run of. */
export function machineWorkflow<State extends string, Context, E extends EventSchemas>(
  definition: StateMachine<State, Context, E>,
): Workflow<Birth, { state: string; context: unknown }> {
  const machine = definition as unknown as AnyMachine;
  return workflow({ name: machine.name, version: machine.version, input: unchecked<Birth>() }, (ctx, birth) =>
    live(ctx, machine, birth),
  );
}

async function live(
  ctx: WorkflowContext,
  machine: AnyMachine,
  birth: Birth,
): Promise<{ state: string; context: unknown }> {
  const created: MachineEvent = { name: "created", data: undefined, by: birth.by, at: ctx.now(), decision: null };
  let now: Standing = { state: birth.state, context: birth.context, version: birth.version, event: created };
  note(ctx, { from: null, call: null }, now);
  let entering = birth.enter;
  for (;;) {
    const here = machine.states[now.state];
    if (!here) throw new Error(`state machine "${machine.name}" has no state "${now.state}" any more`);
    if (entering) await here.enter?.(ctx, momentOf(ctx, now, now.event));
    if (here.final !== undefined) return end(ctx, here.final, now);
    if (now.version - birth.version >= generationLength && !here.hold)
      ctx.continueAsNew({ ...birth, ...now, enter: false } satisfies Birth);
    now = await next(ctx, machine, now);
    entering = true;
  }
}

function end(
  ctx: WorkflowContext,
  final: true | string | { fails: (context: unknown) => string },
  now: Standing,
): { state: string; context: unknown } {
  if (typeof final === "object") throw new Error(final.fails(now.context));
  if (final !== true) ctx.outcome(final);
  return { state: now.state, context: now.context };
}

/** Waits for an event that is taken, notes it, and says where the instance stands then. */
async function next(ctx: WorkflowContext, machine: AnyMachine, now: Standing): Promise<Standing> {
  const here = machine.states[now.state];
  for (;;) {
    const accepted = here?.hold ? await decidedOrSent(ctx, machine, now) : await sent(ctx, machine, now);
    try {
      await here?.exit?.(ctx, momentOf(ctx, now, accepted.event));
    } catch (error) {
      if (accepted.call === null) throw error;
      refuse(ctx, accepted.call, now, error instanceof Error ? error.message : String(error));
      continue;
    }
    const { to: state, context, event } = accepted;
    const then: Standing = { state, context, version: now.version + 1, event };
    note(ctx, { from: now.state, call: accepted.call }, then);
    return then;
  }
}

/** In a state that asks a person: their decision, or an event that ends the asking. */
async function decidedOrSent(ctx: WorkflowContext, machine: AnyMachine, now: Standing): Promise<Accepted> {
  const first = await ctx.race({ decided: () => decided(ctx, machine, now), sent: () => sent(ctx, machine, now) });
  return first.value;
}

async function decided(ctx: WorkflowContext, machine: AnyMachine, now: Standing): Promise<Accepted> {
  const request = machine.states[now.state]?.hold?.({ id: ctx.run.id, context: now.context });
  if (!request) throw new Error(`state "${now.state}" asks nobody`);
  const event = await asked(ctx, request);
  const verdict = judge(machine, now.state, momentOf(ctx, now, event));
  // A person's answer is never thrown away: a guard on a decision would do that.
  if ("refused" in verdict) throw new Error(`state "${now.state}" does not say what "${event.name}" means`);
  return { ...verdict, event, call: null };
}

async function asked(ctx: WorkflowContext, request: Parameters<WorkflowContext["approve"]>[1]): Promise<MachineEvent> {
  try {
    const { outcome, by, at, note, option } = await ctx.approve(holdName, request);
    return { name: outcome, data: undefined, by, at, decision: { note, option } };
  } catch (error) {
    if (!(error instanceof HoldExpiredError)) throw error;
    return { name: "expired", data: undefined, by: null, at: ctx.now(), decision: { note: null, option: null } };
  }
}

async function sent(ctx: WorkflowContext, machine: AnyMachine, now: Standing): Promise<Accepted> {
  for (;;) {
    const envelope = await ctx.signal(eventSignal, anEnvelope);
    const { call, name, by, expect } = envelope;
    if (expect !== null && expect !== now.version) {
      refuse(ctx, call, now, `it has moved on to version ${now.version}, version ${expect} was expected`);
      continue;
    }
    try {
      const event = { name, data: checkData(machine, name, envelope.data), by, at: ctx.now(), decision: null };
      const verdict = judge(machine, now.state, momentOf(ctx, now, event));
      if (!("refused" in verdict)) return { ...verdict, event, call };
      refuse(ctx, call, now, verdict.reason);
    } catch (error) {
      refuse(ctx, call, now, error instanceof Error ? error.message : String(error));
    }
  }
}

const momentOf = (ctx: WorkflowContext, now: Standing, event: MachineEvent): Moment<unknown> => ({
  id: ctx.run.id,
  context: now.context,
  event,
});

/** Rides along with the next write: the wait that follows, or the run's end. */
function note(ctx: WorkflowContext, how: { from: string | null; call: string | null }, now: Standing): void {
  const { state: to, version, context, event } = now;
  ctx.emit({
    ...how,
    to,
    version,
    context,
    event: event.name,
    by: event.by,
    at: event.at,
    note: event.decision?.note ?? null,
  } satisfies MachineRecord);
  ctx.set({ state: to });
}

function refuse(ctx: WorkflowContext, call: string, now: Standing, reason: string | null): void {
  ctx.emit({ refused: call, state: now.state, version: now.version, reason } satisfies MachineRecord);
}
