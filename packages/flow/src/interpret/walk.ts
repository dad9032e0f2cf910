import type { WorkflowContext } from "@holdpoint/core";
import type { ConditionFacts } from "../condition/functions.ts";
import { JoinError } from "../definition/errors.ts";
import type { FlowState } from "../definition/registry.ts";
import { Crowd, mayRun } from "./crowd.ts";
import { edgesFrom, ended, needOf, onlyEdge } from "./edges.ts";
import type { Frame, Program, ProgramNode, Token, Trace } from "./program.ts";
import { runNode } from "./run-node.ts";
import { Listener } from "./transient.ts";

/**
 * Runs a flow from its beginning to its end, and gives its result.
 *
 * While there is one branch it walks from node to node; where branches part, a `Crowd` takes over until one is left. So a
 * flow without concurrency costs what a workflow written by hand does.
 */
export async function walk(
  ctx: WorkflowContext,
  program: Program,
  input: unknown,
  inherited: Readonly<FlowState> | null = null,
  trace: Trace | null = null,
): Promise<unknown> {
  const listener = program.transient.length > 0 ? new Listener(ctx) : null;
  const runs: Frame["runs"] = new Map();
  const frame: Frame = {
    ctx,
    program,
    input,
    facts: factsOf(ctx, runs),
    runs,
    firstRuns: new Map(),
    ended: new Set(),
    total: 0,
    trace,
    listener,
    beside: [],
  };
  const token: Token = { value: input, state: initialState(program, input, inherited), writes: null };
  if (!listener) return follow(frame, token);
  const { value } = await ctx.race(
    { flow: () => follow(frame, token), messages: () => listener.listen(program.transient) },
    { keep: true },
  );
  return value;
}

async function follow(frame: Frame, start: Token): Promise<unknown> {
  const { ctx, program } = frame;
  const { entry } = program;
  let token = start;
  let node = entry[0] as ProgramNode;
  let crowd: Crowd | null = null;
  if (entry.length > 1) {
    crowd = new Crowd(frame, token);
    for (const [order, one] of entry.entries()) crowd.add(one, order, null);
  }
  for (;;) {
    if (crowd) {
      const parted = crowd;
      // In a scope of its own: a failure cancels whatever else is at work.
      const { branches } = await ctx.all({ branches: () => parted.settled() });
      token = branches.token;
      if (branches.next === null) break;
      crowd = null;
      node = branches.next;
    }
    if (!mayRun(frame, node)) break;
    await runNode(frame, node, token);
    if (ended(frame, node, token)) break;
    const only = onlyEdge(node);
    const taken = only ? null : edgesFrom(frame, node, token);
    const [first] = taken ?? [only];
    if (!first) break;
    if (taken !== null && (taken.length > 1 || first.threads > 1)) {
      crowd = new Crowd(frame, token);
      for (const one of taken)
        for (let i = 0; i < one.threads; i++) crowd.add(one.to, one.order, one.from, one.parallel);
      continue;
    }
    node = first.to;
    if (needOf(node) > 1) throw new JoinError(program.name, node.id, needOf(node), 1);
  }
  if (frame.beside.length > 0) await Promise.all(frame.beside);
  return program.result(token.value, token.state);
}

function initialState(program: Program, input: unknown, inherited: Readonly<FlowState> | null): FlowState {
  // What a flow inside another calls its input is the outermost one's: the value it begins with is its own.
  if (program.state.passes) return inherited ? { ...inherited } : { input };
  const state: FlowState = { ...program.initial };
  if (typeof input === "object" && input !== null && !Array.isArray(input)) Object.assign(state, input);
  if (!("input" in state)) state.input = input;
  return state;
}

function factsOf(ctx: WorkflowContext, runs: Frame["runs"]): ConditionFacts {
  const visits = (id: string): number => {
    for (const [node, times] of runs) if (node.id === id) return times;
    return 0;
  };
  return { now: () => ctx.now(), run: ctx.run, visits };
}
