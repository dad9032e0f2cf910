import { CancelledError } from "@holdpoint/core";
import { ConditionError } from "../../definition/errors.ts";
import type { FlowState } from "../../definition/registry.ts";
import { FlowEnd } from "../flow-end.ts";
import type { Frame, Program, Test, Token } from "../program.ts";
import { walk } from "../walk.ts";
import type { Compiler } from "./compiler.ts";

/** Runs a flow inside this one. */
export function inside(frame: Frame, program: Program, input: unknown, token: Token): Promise<unknown> {
  return walk(frame.ctx, program, input, token.state, frame.trace);
}

/** What a condition sees. */
export function seen(compiler: Compiler, input: unknown, token: Token): FlowState {
  if (compiler.passes) return { ...token.state, value: input };
  return typeof input === "object" && input !== null ? { ...token.state, ...(input as FlowState) } : token.state;
}

/** Asks a condition; one that throws is not false. */
export function asked(frame: Frame, where: string, test: Test, data: FlowState): boolean {
  try {
    return test(data, frame.ctx);
  } catch (error) {
    throw new ConditionError(where, error);
  }
}

/** Whether an error must go through everything that catches errors. */
export function passesThrough(error: unknown): boolean {
  return error instanceof CancelledError || error instanceof FlowEnd;
}
