import { type Duration, durationMs } from "@holdpoint/core";
import { IterationLimitError } from "../definition/errors.ts";
import type { Frame, ProgramNode, Token } from "./program.ts";

/** How many nodes may run in one flow when it does not say: a loop without an end stops here. */
const MAX_ITERATIONS = 10_000;

/** Runs one node and takes its result into the token. */
export async function runNode(frame: Frame, node: ProgramNode, token: Token): Promise<void> {
  const again = count(frame, node);
  const { iterationDelay } = frame.program.limits;
  if (again && node.loopHead && iterationDelay !== undefined) await frame.ctx.sleep(iterationDelay);
  const { state } = frame.program;
  if (frame.program.countsIterations) token.state._iteration = frame.total;
  const { inputs } = node;
  const input = inputs ? inputs(token.state, token.value) : state.passes ? token.value : { ...token.state };
  if (frame.trace) return runTraced(frame, node, input, token);
  take(frame, node, await node.run(frame, input, token), token);
}

async function runTraced(frame: Frame, node: ProgramNode, input: unknown, token: Token): Promise<void> {
  const { ctx, trace } = frame;
  const startedAt = ctx.now().getTime();
  try {
    const output = await node.run(frame, input, token);
    take(frame, node, output, token);
    trace?.({ node: node.id, startedAt, endedAt: ctx.now().getTime(), output }, frame, token);
  } catch (error) {
    trace?.({ node: node.id, startedAt, endedAt: ctx.now().getTime(), error }, frame, token);
    throw error;
  }
}

function take(frame: Frame, node: ProgramNode, output: unknown, token: Token): void {
  const { state } = frame.program;
  if (state.passes && token.writes === null) {
    // One branch, and values are passed: nothing to merge later, so nothing to note.
    token.state[node.id] = output;
  } else {
    // What a hold, a wait or a gate brings is kept under its name alone.
    const update = node.keepsValue ? { [node.id]: output } : state.update(node.id, output);
    state.apply(token.state, update);
    token.writes?.push({ node: node.id, update });
  }
  if (!node.keepsValue) token.value = output;
  frame.ended.add(node.id);
}

/** Counts a run of a node against the limits; true when it has run before. */
function count(frame: Frame, node: ProgramNode): boolean {
  const { maxIterations = MAX_ITERATIONS, maxNodeIterations, loopTime } = frame.program.limits;
  if (frame.total++ >= maxIterations) {
    throw new IterationLimitError(`flow "${frame.program.name}"`, maxIterations, node.id);
  }
  const runs = frame.runs.get(node) ?? 0;
  if (maxNodeIterations !== undefined && runs >= maxNodeIterations) {
    throw new IterationLimitError(`flow "${frame.program.name}"`, maxNodeIterations, node.id, "maxNodeIterations");
  }
  if (loopTime !== undefined) refuseLateTurn(frame, node, loopTime);
  frame.runs.set(node, runs + 1);
  return runs > 0;
}

function refuseLateTurn(frame: Frame, node: ProgramNode, loopTime: Duration): void {
  const now = frame.ctx.now().getTime();
  const first = frame.firstRuns.get(node) ?? now;
  frame.firstRuns.set(node, first);
  const limit = durationMs(loopTime, "loopTime");
  if (now - first <= limit) return;
  throw new IterationLimitError(`flow "${frame.program.name}"`, `${limit} ms`, node.id, "loopTime");
}
