import { type JsonSchema, jsonSchemaOf, NonRetryableError } from "@holdpoint/core";
import type { FlowDefinition } from "../definition/definition.ts";
import { innerFlows } from "../definition/inner-flows.ts";
import type { Registry, StepArguments, StepCode } from "../definition/registry.ts";
import type { DryResult, DryRunLimits, DryStep, DryVisit } from "./report.ts";
import { sampleOf } from "./sample-of.ts";

/** What became of one execution, for the visit it belongs to. */
export type Executed = Pick<DryVisit, "how" | "tookMs" | "attempts" | "config"> & { error: unknown };

/** What stands-in are told of where they are, and tell of what they did. */
export interface StandInHost {
  /** The how manieth visit of the step this is, from 1. */
  visitOf(step: string): number;
  executed(step: string, what: Executed): void;
  /** Brackets code that is executed for real. */
  busy<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * The registry with something in the place of every step's code: what the caller chose for the step's id, else a sample. Only where they chose `code` anything is
 * executed; nothing is undone that was not done.
 */
export function standIns(
  definition: FlowDefinition,
  registry: Registry,
  choices: Readonly<Record<string, DryStep>>,
  limits: Required<DryRunLimits>,
  host: StandInHost,
): Registry {
  const own = usesByStep(definition);
  const executes = (step: string): boolean => choices[step]?.use === "code";
  const standIn = (uses: string, code: StepCode | null): StepCode => {
    const run = async (args: StepArguments<never>): Promise<unknown> => {
      const { node, config, attempt } = args as StepArguments;
      const choice = choices[node] ?? {};
      const outputSchema = own.get(node)?.output ?? (code?.output ? outputOf(code) : null);
      // A fallback has the step's id, too: a sample of the step is not what its fallback gives.
      const isFallback = own.has(node) && own.get(node)?.uses !== uses;
      const said: Executed = { how: "sample", tookMs: null, attempts: attempt, config, error: null };
      try {
        const earlier = isFallback ? undefined : choice.done?.[host.visitOf(node) - 1];
        if (earlier !== undefined) return resultOf(earlier, said);
        if (executes(node) && code !== null) return await executed(code, args, said);
        if (!isFallback && choice.error !== undefined) throw new NonRetryableError(choice.error);
        if (!isFallback && choice.output !== undefined) return structuredClone(choice.output);
        said.how = "generated";
        return sampleOf(outputSchema ?? {});
      } catch (error) {
        said.error = error;
        throw error;
      } finally {
        host.executed(node, said);
      }
    };
    const executed = async (code: StepCode, args: StepArguments<never>, said: Executed): Promise<unknown> => {
      const began = performance.now();
      said.how = "code";
      try {
        const output = await host.busy(async () => code.run(args));
        const size = JSON.stringify(output)?.length ?? 0;
        if (size <= limits.output) return output;
        throw new NonRetryableError(
          `gave ${size} bytes; a dry run takes at most ${limits.output}: give a sample in its place`,
        );
      } finally {
        said.tookMs = Math.round(performance.now() - began);
      }
    };
    const { compensate, input, output, retry } = code ?? ({} as Partial<StepCode>);
    return {
      run,
      ...(input && { input }),
      ...(output && { output }),
      ...(retry && { retry }),
      ...(compensate && {
        compensate: (result: never, args: StepArguments<never>) =>
          executes(args.node) ? host.busy(async () => compensate(result, args)) : undefined,
      }),
    };
  };
  const steps = Object.fromEntries(
    Object.entries(registry.steps ?? {}).map(([uses, code]) => [uses, standIn(uses, code)]),
  );
  for (const { uses } of own.values()) steps[uses] ??= standIn(uses, null);
  return { ...registry, steps };
}

function resultOf(earlier: DryResult, said: Executed): unknown {
  said.how = "earlier";
  if ("output" in earlier) return structuredClone(earlier.output);
  const { name, message } = earlier.error;
  throw Object.assign(new NonRetryableError(message), { name });
}

function outputOf(code: StepCode): JsonSchema | null {
  try {
    return code.output ? jsonSchemaOf(code.output, "output") : null;
  } catch {
    // A schema that JSON Schema cannot say: the sample is empty, and its check says what is missing.
    return null;
  }
}

/** What code each step names, and what its document says of the output; steps inside steps included. */
function usesByStep(definition: FlowDefinition): Map<string, { uses: string; output: JsonSchema | null }> {
  const found = new Map<string, { uses: string; output: JsonSchema | null }>();
  const look = (flow: FlowDefinition): void => {
    for (const node of flow.nodes) {
      if (node.kind === "step") found.set(node.id, { uses: node.uses, output: node.outputSchema ?? null });
      for (const inner of innerFlows(node)) look(inner.flow);
    }
  };
  look(definition);
  return found;
}
