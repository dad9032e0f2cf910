import {
  CancelledError,
  closest,
  NonRetryableError,
  type StandardSchemaV1,
  type StepInfo,
  type StepOptions,
  ValidationError,
  type WorkflowContext,
} from "@holdpoint/core";
import type { Json } from "../../condition/condition.ts";
import type { StepNode } from "../../definition/definition.ts";
import type { FlowState, StepArguments, StepCode } from "../../definition/registry.ts";
import { fromJsonSchema } from "../../schema/from-json.ts";
import { FlowEnd } from "../flow-end.ts";
import type { Frame, NodeRun } from "../program.ts";
import type { Compiler } from "./compiler.ts";

/** The step's own info, and what a flow adds to it. Made for each attempt; what nobody asks for is not made. */
class Arguments implements StepArguments {
  readonly node: string;
  readonly input: unknown;
  readonly config: unknown;
  readonly #state: Readonly<FlowState>;
  #seen: Readonly<FlowState> | null = null;
  readonly #ctx: WorkflowContext;
  readonly #info: StepInfo;

  constructor(
    node: string,
    ctx: WorkflowContext,
    info: StepInfo,
    input: unknown,
    config: unknown,
    state: Readonly<FlowState>,
  ) {
    this.#ctx = ctx;
    this.#info = info;
    this.node = node;
    this.input = input;
    this.config = config;
    this.#state = state;
  }

  /** A copy, for who asks: a step is not run again in a replay, so what it wrote into the flow's own state would be missing there. */
  get state(): Readonly<FlowState> {
    this.#seen ??= { ...this.#state };
    return this.#seen;
  }

  /** The same, with another input. */
  with(input: unknown): Arguments {
    return new Arguments(this.node, this.#ctx, this.#info, input, this.config, this.#state);
  }

  /** The same with the input as its schema gives it back. */
  fitted(input: unknown): Arguments {
    return new Arguments(this.node, this.#ctx, this.#info, input, this.config, this.#state);
  }

  get run() {
    return this.#ctx.run;
  }
  get log() {
    return this.#ctx.log;
  }
  get service() {
    return this.#ctx.service.bind(this.#ctx);
  }
  get signal() {
    return this.#info.signal;
  }
  get attempt() {
    return this.#info.attempt;
  }
  get idempotencyKey() {
    return this.#info.idempotencyKey;
  }
  get lastHeartbeat() {
    return this.#info.lastHeartbeat;
  }
  get heartbeat() {
    return this.#info.heartbeat;
  }
  get measure() {
    return this.#info.measure;
  }
  get progress() {
    return this.#info.progress;
  }
}

/** A unit of work, recorded once. */
export function compileStep(node: StepNode, compiler: Compiler): NodeRun {
  const found = codeOf(node.uses, "uses", compiler);
  if (!found) return async () => undefined;
  const code = withSchemas(found, node);
  const configure = node.config === undefined ? null : compiler.template(node.config, "config");
  const { options, undo } = optionsOf(node, code, compiler);
  const recover = recoveryOf(node, compiler);
  const name = node.id;
  const run: NodeRun = (frame, input, token) => {
    const config = configure?.(token.state);
    const work = (info: StepInfo): unknown =>
      perform(name, code, new Arguments(name, frame.ctx, info, input, config, token.state));
    if (!undo) return frame.ctx.step(name, work, options);
    // The undoing gets what the step got, whatever has become of the flow since.
    const state = { ...token.state };
    const compensate = (result: unknown, info: StepInfo): unknown =>
      undo(result, new Arguments(name, frame.ctx, info, input, config, state));
    return frame.ctx.step(name, work, { ...options, compensate });
  };
  const once = code.inWorkflow ? inWorkflow(node, code, code.inWorkflow, options, configure, compiler) : run;
  if (!recover) return once;
  return async (frame, input, token) => {
    try {
      return await once(frame, input, token);
    } catch (error) {
      if (error instanceof CancelledError || error instanceof FlowEnd) throw error;
      return recover(error, frame, input, token.state);
    }
  };
}

/** A step whose own calls are recorded. What is said of one attempt goes to them. */
function inWorkflow(
  node: StepNode,
  code: StepCode,
  work: NonNullable<StepCode["inWorkflow"]>,
  { retry, timeout }: StepOptions<unknown>,
  configure: ((state: FlowState) => unknown) | null,
  compiler: Compiler,
): NodeRun {
  for (const field of ["once", "heartbeat", "compensate"] as const) {
    if (node[field] === undefined) continue;
    const message = "is for a step that is one attempt; say it to what works in this one";
    compiler.problem({ path: `${compiler.path}.${field}`, message });
  }
  const { outputSchema } = node;
  return async (frame, given, token) => {
    const input = code.input ? await fit(code.input, given, `input of step "${node.id}"`) : given;
    const args = { node: node.id, input, config: configure?.(token.state), state: { ...token.state } };
    const result = await work(frame.ctx, { ...args, retry, timeout, outputSchema });
    return code.output ? fit(code.output, result, `output of step "${node.id}"`) : result;
  };
}

type Undo = (result: unknown, args: StepArguments) => unknown;

function optionsOf(
  node: StepNode,
  code: StepCode,
  compiler: Compiler,
): { options: StepOptions<unknown>; undo: Undo | null } {
  const timeout = compiler.timeout(node.timeout);
  const retry = node.retry || code.retry ? { ...code.retry, ...node.retry } : undefined;
  const undo = node.compensate === undefined ? code.compensate : compiler.function(node.compensate, "compensate");
  return {
    options: {
      ...(retry && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(node.heartbeat !== undefined && { heartbeat: node.heartbeat }),
      ...(node.once && { once: true }),
    },
    undo: (undo as Undo | undefined) ?? null,
  };
}

function codeOf(uses: string, where: string, compiler: Compiler): StepCode | null {
  const code = compiler.registry.steps?.[uses];
  if (code) return code;
  const close = closest(uses, Object.keys(compiler.registry.steps ?? {}));
  const hint = close ? `; did you mean "${close}"?` : "";
  compiler.problem({ path: `${compiler.path}.${where}`, message: `there is no step "${uses}" in the registry${hint}` });
  return null;
}

/** What data asks of the values, where code does not ask itself. */
function withSchemas(code: StepCode, { inputSchema, outputSchema }: StepNode): StepCode {
  if (!inputSchema && !outputSchema) return code;
  return {
    ...code,
    ...(inputSchema && !code.input && { input: fromJsonSchema(inputSchema) }),
    ...(outputSchema && !code.output && { output: fromJsonSchema(outputSchema) }),
  };
}

type Recover = (error: unknown, frame: Frame, input: unknown, state: FlowState) => unknown;

function recoveryOf(node: StepNode, compiler: Compiler): Recover | null {
  const { onError } = node;
  if (!onError) return null;
  if (!("step" in onError)) return simpleRecovery(onError, compiler);
  const code = codeOf(onError.step, "onError.step", compiler);
  const otherwise = onError.otherwise ? simpleRecovery(onError.otherwise, compiler) : null;
  const name = `${node.id} fallback`;
  return async (error, frame, input, state) => {
    const given = { ...(input as object), error: wordsOf(error) };
    try {
      return await frame.ctx.step(name, (info) =>
        (code as StepCode).run(
          new Arguments(node.id, frame.ctx, info, given, undefined, state) as unknown as StepArguments<never>,
        ),
      );
    } catch (second) {
      if (!otherwise || second instanceof CancelledError || second instanceof FlowEnd) throw second;
      return otherwise(second, frame, input, state);
    }
  };
}

function simpleRecovery(recovery: { readonly value: Json } | { readonly uses: string }, compiler: Compiler): Recover {
  if ("uses" in recovery) {
    const recover = compiler.function(recovery.uses, "onError") as (failed: object, state: FlowState) => unknown;
    return (error, _frame, input, state) => recover({ error, input }, state);
  }
  const fill = compiler.template(recovery.value, "onError.value");
  return (_error, _frame, _input, state) => fill(state);
}

/** An error as a step may be given it: as data. */
function wordsOf(error: unknown): { name: string; message: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message };
}

/** Runs the code on an input that fits, and gives a result that fits. Neither gets better by trying again. */
function perform(name: string, code: StepCode, args: Arguments): unknown {
  if (!code.input && !code.output) return code.run(args as unknown as StepArguments<never>);
  return checked(name, code, args);
}

async function checked(name: string, code: StepCode, args: Arguments): Promise<unknown> {
  const given = code.input ? args.fitted(await fit(code.input, args.input, `input of step "${name}"`)) : args;
  const output = await code.run(given as unknown as StepArguments<never>);
  return code.output ? fit(code.output, output, `output of step "${name}"`) : output;
}

/** The value as the schema gives it back. */
export async function fit(schema: StandardSchemaV1, value: unknown, subject: string): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  const issues = result.issues.map(({ message, path }) => ({
    path: (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }));
  const error = new ValidationError(subject, issues);
  throw new NonRetryableError(error.message, { cause: error });
}
