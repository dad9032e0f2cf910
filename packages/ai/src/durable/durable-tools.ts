import { currentContext, type Duration, type RetryPolicy, type Severity, type WorkflowContext } from "@holdpoint/core";
import { agreeTo } from "../tool/agree.ts";
import type { ToolApproval } from "../tool/approval.ts";
import { DeniedCalls } from "../tool/call-tool.ts";
import { excuseAiSdk } from "./durable-model.ts";
import { plain } from "./plain.ts";

/** A tool of the AI SDK, as far as it matters here: whatever else it has is left as it is. */
export interface AiSdkTool {
  // biome-ignore lint/suspicious/noExplicitAny: the AI SDK's own tools take what their schemas say
  execute?: ((input: any, options: any) => unknown) | undefined;
}

/** How the calls of a durable tool are run. */
export interface DurableToolSettings {
  /** Who must agree before it is called. Default `never`: nobody. */
  approval?: ToolApproval<never>;
  /** How bad it may get: the severity of its holds. Default `medium`. */
  risk?: Severity;
  /** It must not be done twice: after a crash in the middle of it a person is asked whether it happened. */
  once?: boolean;
  /** What is done when it fails. Default: nothing, its failure is told to the model. */
  retry?: RetryPolicy;
  /** The longest one attempt may take. */
  timeout?: Duration;
}

/**
 * Tools of the AI SDK for use in workflows: each call is a recorded step, and waits for whoever must agree to it. A denial is the
 * tool's answer, with its reason; the identical call is blocked for the rest of the run. Outside of a workflow they are the tools
 * themselves.
 *
 * Their functions get `idempotencyKey` beside what the AI SDK gives them, for services that refuse to do a thing twice.
 *
 * @example
 * const tools = durableTools({ lookup, refund }, { refund: { approval: "always", once: true } });
 */
export function durableTools<T extends Readonly<Record<string, AiSdkTool>>>(
  tools: T,
  settings: { readonly [K in keyof T]?: DurableToolSettings } = {},
): T {
  excuseAiSdk();
  const wrapped = Object.entries(tools).map(([name, tool]) => {
    if (typeof tool.execute !== "function") return [name, tool];
    return [name, { ...tool, execute: durableExecute(name, tool, settings[name] ?? {}) }];
  });
  return Object.fromEntries(wrapped) as T;
}

/** Denied calls of each run: a context is one execution of one. */
const denied = new WeakMap<WorkflowContext, DeniedCalls>();

function durableExecute(name: string, tool: AiSdkTool, settings: DurableToolSettings) {
  const { approval = "never", risk = "medium", once, retry, timeout } = settings;
  return async (input: unknown, options: { abortSignal?: AbortSignal }): Promise<unknown> => {
    const ctx = currentContext();
    if (!ctx) return tool.execute?.(input, options);
    let blocked = denied.get(ctx);
    if (!blocked) denied.set(ctx, (blocked = new DeniedCalls()));
    const before = blocked.reason(name, input);
    if (before !== undefined) return `${before} The identical call was blocked; do something else.`;
    const agreed = await agreeTo(ctx, { name, approval, risk }, plain(input), { caller: ctx.run.workflow });
    if ("reason" in agreed) {
      blocked.add(name, input, agreed.reason);
      return `${agreed.reason} Do not make the same call again.`;
    }
    return ctx.step(
      `tool ${name}`,
      async ({ signal, idempotencyKey, measure }) => {
        const started = performance.now();
        const abortSignal = options.abortSignal ? AbortSignal.any([options.abortSignal, signal]) : signal;
        const given = await tool.execute?.(agreed.args, { ...options, abortSignal, idempotencyKey });
        measure({ tools: [{ name, ms: Math.round(performance.now() - started), ok: true }] });
        return plain(given);
      },
      { ...(retry && { retry }), ...(timeout !== undefined && { timeout }), ...(once && { once }) },
    );
  };
}
