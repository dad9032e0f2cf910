// The shape of a pipeline document. `npm run schema -w packages/flow` writes pipeline.schema.json from it, which is what the
// package publishes and checks documents with: zod itself takes longer to load than all of Holdpoint.
import { z } from "zod";

const json = z.record(z.string(), z.unknown());
const schemaDocument = json.describe("JSON Schema, draft 2020-12.");
const seconds = z.number().min(0);
const template = "May name data: {{ step.output }}, {{ parameters.name }}, {{ first | second }}, {{ maybe? }}.";

const condition = z
  .union([z.string(), z.looseObject({ type: z.string().optional(), config: json.optional() }), z.null()])
  .describe(
    'When the path is taken: "always" (the default), "else", "success", "parameter:NAME", "cel:EXPRESSION", or an object such as {"type": "expression", "config": {"source": "step.output", "operator": ">", "value": 100}}. Paths whose conditions hold are all taken.',
  );

const errorHandling = z.looseObject({
  retry: z
    .looseObject({
      max_attempts: z.int().min(1).describe("Tries in all, the first included. Default 3.").optional(),
      initial_delay: seconds.describe("Seconds before the second try. Default 1.").optional(),
      max_delay: seconds.describe("The longest wait, in seconds. Default 60.").optional(),
      exponential_base: z.number().min(1).describe("Default 2.").optional(),
      jitter: z.union([z.boolean(), z.number().min(0).max(1)]).optional(),
    })
    .optional(),
  timeout_seconds: seconds.describe("The longest one try may take.").optional(),
  timeout: z.union([seconds, z.string()]).optional(),
  continue_on_error: z.boolean().describe("Go on with {step_error: true, error_message, …} as the result.").optional(),
  enable_fallback: z.boolean().describe("Use the step's own fallback(data, error).").optional(),
  fallback: z
    .unknown()
    .describe("A value for the result, or {step_class, module} of a step that gives one.")
    .optional(),
});

const parameter = z.looseObject({
  name: z.string().min(1),
  schema: schemaDocument.optional(),
  required: z.boolean().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
});

const input = z.looseObject({
  name: z.string().min(1),
  source: z.unknown().describe(template).optional(),
  schema: schemaDocument.optional(),
  required: z.boolean().describe("Default true.").optional(),
  default: z.unknown().optional(),
});

const output = z.union([
  z.string(),
  z.looseObject({ name: z.string().min(1), schema: schemaDocument.optional(), required: z.boolean().optional() }),
]);

const uiField = z.looseObject({
  name: z.string().min(1),
  type: z.string().describe("text, textarea, radio, select, checkbox, number or date.").optional(),
  label: z.string().optional(),
  description: z.string().optional(),
  required: z.boolean().optional(),
  placeholder: z.string().optional(),
  default: z.unknown().optional(),
  options: z
    .array(z.union([z.string(), z.looseObject({ value: z.unknown(), label: z.string().optional() })]))
    .optional(),
  rows: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().optional(),
});

const config = z
  .looseObject({
    ui_schema: z
      .looseObject({
        title: z.string().optional(),
        description: z.string().optional(),
        fields: z.array(uiField).optional(),
      })
      .optional(),
    error_handling: errorHandling.optional(),
  })
  .describe(`Handed to the step as it is, templates filled in. ${template}`);

const step = z.looseObject({
  id: z.string().min(1).describe("Unique; templates name the step's result by it."),
  name: z.string().describe("For people. Default: the id.").optional(),
  type: z
    .string()
    .describe("task (the default), human_input and its kin, condition, parallel; any other is a task too.")
    .optional(),
  step_class: z.string().describe("The step's code, by name.").optional(),
  class: z.string().describe("The same as step_class.").optional(),
  module: z.string().describe("Where the code is: a module below the allowed folder.").optional(),
  config: config.optional(),
  inputs: z
    .union([json, z.array(input)])
    .describe(`Names and where their values come from; laid over all that is there. ${template}`)
    .optional(),
  outputs: z.union([z.array(output), json]).optional(),
  input_schema: schemaDocument.optional(),
  output_schema: schemaDocument.optional(),
  error_handling: errorHandling.optional(),
  conditions: z.array(z.unknown()).optional(),
  join: z
    .union([z.enum(["all", "any", "first"]), z.looseObject({ count: z.int().min(1), cancel: z.boolean().optional() })])
    .describe(
      "When a step that several paths lead to runs: once all that can still arrive have (the default), or for any.",
    )
    .optional(),
});

const path = z.looseObject({
  from: z.string().optional(),
  from_step: z.string().optional(),
  to: z.string().describe("A step, or end, end_with_success, end_with_failure.").optional(),
  to_step: z.string().optional(),
  condition: condition.optional(),
  label: z.string().optional(),
});

/** A pipeline document: both dialects, side by side. Unknown fields are allowed everywhere, and kept. */
export const pipelineSchema = z.looseObject({
  name: z
    .string()
    .regex(/\S/, "must say something")
    .describe("What the pipeline is called; its slug names the workflow."),
  description: z.string().optional(),
  version: z.string().optional(),
  parameters: z
    .union([json, z.array(parameter)])
    .describe("Default values by name, or a list of declarations. What a run is started with lies over them.")
    .optional(),
  steps: z.array(step).min(1),
  flow: z.looseObject({
    start_at: z.union([z.string(), z.array(z.string()).min(1)]).describe("The first step, or several side by side."),
    paths: z.array(path).optional(),
    transitions: z.array(path).describe("The same as paths.").optional(),
  }),
  input_schema: schemaDocument.optional(),
  output_schema: schemaDocument.optional(),
  loop_config: z
    .looseObject({
      max_iterations: z.int().min(1).describe("How often one step may run. Default 100.").optional(),
      max_loop_time_seconds: seconds.describe("How long after a step first ran it may run again.").optional(),
      iteration_delay_seconds: seconds.describe("Waited before each further turn.").optional(),
      max_total_steps: z.int().min(1).describe("How many steps may run in all. Default 10,000.").optional(),
    })
    .optional(),
  error_handling: errorHandling
    .extend({ total_timeout_seconds: seconds.describe("The longest the whole run may take.").optional() })
    .describe("For every step that does not say so itself.")
    .optional(),
  outputs: json.describe(`What a run gives. Default: what the last step gave. ${template}`).optional(),
  metadata: json.optional(),
});

/** The published document. */
export function publishedSchema(): string {
  const document = z.toJSONSchema(pipelineSchema, { target: "draft-2020-12" });
  const { $schema, ...rest } = document;
  const described = { $schema, title: "Holdpoint pipeline", ...rest };
  return `${JSON.stringify(described, null, 2)}\n`;
}
