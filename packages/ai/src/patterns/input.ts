import { type JsonSchema, type StandardSchemaV1, ValidationError, type WorkflowContext } from "@holdpoint/core";
import { fromJsonSchema } from "@holdpoint/flow";
import type { PatternInput } from "./pattern.ts";
import { words } from "./shape.ts";

/** How often, how many, how deep: by the name of the option, what the pattern was made with. */
export type Limits = Readonly<Record<string, { readonly most: number; readonly least?: number }>>;

/** What checks a pattern's input, and what forms are made from: it has each prompt and each number with what stands there by default. */
export function inputOf(
  prompts: Readonly<Record<string, string>> = {},
  limits: Limits = {},
  temperature?: number,
): StandardSchemaV1<PatternInput, PatternInput> {
  const counts = Object.entries(limits).map(([name, { most, least = 1 }]) => [
    name,
    { type: "integer", minimum: least, maximum: most, default: most },
  ]);
  const heat = { type: "number", minimum: 0, maximum: 2, ...(temperature !== undefined && { default: temperature }) };
  const texts = Object.entries(prompts).map(([step, text]) => [step, { ...words, default: text, "x-rows": 4 }]);
  const asks = texts.length > 0;
  return fromJsonSchema({
    type: "object",
    properties: {
      task: { type: "string", minLength: 1 },
      prompts: { type: "object", properties: Object.fromEntries(texts), additionalProperties: words },
      parameters: {
        type: "object",
        properties: { ...Object.fromEntries(counts), ...(asks && { temperature: heat }) },
        additionalProperties: false,
      },
      stepByStep: { type: "boolean", default: false },
    },
    required: ["task"],
    additionalProperties: false,
  } as JsonSchema) as StandardSchemaV1<PatternInput, PatternInput>;
}

/** A number of this run: what its input asks for, which is never more than the pattern was made with. */
export function limitOf(limits: Limits, name: string, { parameters }: PatternInput): number {
  const limit = limits[name];
  if (!limit) throw new ValidationError("pattern", [{ path: name, message: "is no number of this pattern" }]);
  const asked = parameters?.[name];
  return asked === undefined ? limit.most : Math.min(asked, limit.most);
}

const anything = fromJsonSchema({});

/** Where a run goes step by step, it waits here until somebody sends the signal `next STEP`. */
export async function beforeStep(ctx: WorkflowContext, step: string, { stepByStep }: PatternInput): Promise<void> {
  if (stepByStep) await ctx.signal(`next ${step}`, anything);
}
