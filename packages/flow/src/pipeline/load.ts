import { closest, type Issue } from "@holdpoint/core";
import { builtInFunctions } from "../condition/built-in.ts";
import type { ConditionFunction } from "../condition/functions.ts";
import type { FlowDefinition } from "../definition/definition.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import type { FlowFunction, Registry, StepCode } from "../definition/registry.ts";
import { type Flow, makeFlow } from "../interpret/flow.ts";
import { fromJsonSchema } from "../schema/from-json.ts";
import { agentStepCode, decisionCode, type PipelineAgents } from "./agents.ts";
import type { PipelineDocument } from "./document.ts";
import { pipelineFunctions } from "./functions.ts";
import { pipelineInput } from "./input.ts";
import { exportOf } from "./modules.ts";
import { checkPipeline } from "./read.ts";
import { type PipelineStep, stepCodeOf } from "./step-code.ts";
import { usedCode } from "./used-code.ts";

/** Where the code of a pipeline's steps and conditions comes from. */
export interface PipelineCode {
  /** Steps by "module:Class", by class, or by the step's id. */
  readonly steps?: Readonly<Record<string, PipelineStep>>;
  /** Functions that conditions call. */
  readonly functions?: Readonly<Record<string, ConditionFunction>>;
  /** Does steps of type `agent` that have no code, and decides conditions of type `agent`: `pipelineAgents` of `@holdpoint/ai`. */
  readonly agents?: PipelineAgents;
  /** Modules that documents name are loaded from below this folder, and from nowhere else. Without it none are. */
  readonly folder?: string;
}

/** How a document becomes a workflow. */
export interface LoadPipelineOptions extends PipelineCode {
  /** The workflow's version. Default 1. */
  readonly version?: number;
  /** The workflow's name. Default: the slug of the document's. */
  readonly name?: string;
}

/**
 * Makes a pipeline document a workflow: give it to `createEngine({ workflows })`, and run it with what it asks for.
 *
 * @example
 * const document = JSON.parse(readFileSync("pipelines/hello.json", "utf8"));
 * const hello = await loadPipeline(document, { steps: { greet: ({ name }) => ({ greeting: `Hello, ${name}!` }) } });
 * const engine = createEngine({ store, workflows: [hello] });
 *
 * @throws FlowDefinitionError with everything that is wrong with it, code that is not found included
 */
export async function loadPipeline(document: unknown, options: LoadPipelineOptions = {}): Promise<Flow> {
  const { definition, problems } = checkPipeline(document);
  const given = document as PipelineDocument;
  if (!definition)
    throw new FlowDefinitionError(String((given as { name?: unknown } | null)?.name ?? "pipeline"), problems);
  const found = await findCode(definition, options);
  if (found.problems.length > 0) throw new FlowDefinitionError(given.name, found.problems);
  const { name = definition.name, version } = options;
  const named = { ...definition, name, ...(version !== undefined && { version }) };
  return makeFlow(named, found.registry, {
    input: pipelineInput(given),
    ...(given.output_schema && { output: fromJsonSchema(given.output_schema) }),
  });
}

/** The code a definition names, and what of it is not there. */
export async function findCode(
  definition: FlowDefinition,
  code: PipelineCode,
): Promise<{ registry: Registry; problems: Issue[] }> {
  const problems: Issue[] = [];
  const steps: Record<string, StepCode> = {};
  const functions: Record<string, FlowFunction> = { ...pipelineFunctions };
  const used = usedCode(definition);
  const asking = definition.nodes.find(
    ({ kind, ...node }) => kind === "code" && "uses" in node && node.uses === decide,
  );
  if (asking && code.agents) functions[decide] = decisionCode(code.agents.decide);
  else if (asking) problems.push({ path: `the paths of ${asking.id.replace(/_decides$/, "")}`, message: noAgents });
  for (const { reference, path } of used.steps) {
    const step = await findStep(reference, path, code, isAgent(definition, path)).catch((error: unknown) => {
      problems.push({ path, message: error instanceof Error ? error.message : String(error) });
    });
    if (step) steps[reference] = step;
  }
  for (const { reference, path } of used.conditions) {
    const found = await findFunction(reference, code).catch((error: unknown) => {
      problems.push({ path, message: error instanceof Error ? error.message : String(error) });
    });
    if (found) functions[reference] = found as unknown as FlowFunction;
  }
  return { registry: { steps, functions }, problems };
}

const decide = "pipeline.decide";
const noAgents = "ask a model: give `agents: pipelineAgents(…)` of @holdpoint/ai beside the steps";

/** The document says that an agent does it. */
function isAgent({ nodes }: FlowDefinition, path: string): boolean {
  const node = nodes.find(({ id }) => `steps.${id}` === path);
  const kept = (node?.meta as { pipeline?: { type?: unknown } } | undefined)?.pipeline;
  return kept?.type === "agent";
}

async function findStep(reference: string, path: string, code: PipelineCode, agent: boolean): Promise<StepCode> {
  const [base = "", part] = reference.split("#");
  if (agent && part === undefined && code.agents) {
    const own = givenIn(code.steps ?? {}, base, path);
    if (own === undefined && (code.folder === undefined || partsOf(base).module === null)) {
      return agentStepCode(code.agents.work);
    }
  }
  const found = stepCodeOf(await lookUp(base, path, code), base);
  if (part !== "fallback") return found.step;
  if (found.fallback) return found.fallback;
  throw new Error(`"${base}" has no fallback; give it a method fallback(data, error), or turn enable_fallback off`);
}

async function lookUp(reference: string, path: string, { steps = {}, folder }: PipelineCode): Promise<unknown> {
  const given = givenIn(steps, reference, path);
  if (given !== undefined) return given;
  const { module, name } = partsOf(reference);
  if (folder !== undefined && module !== null) return exportOf(folder, module, name);
  const close = closest(name, Object.keys(steps));
  const hint = close
    ? `did you mean "${close}"?`
    : module === null
      ? "register it, or say in which module it is"
      : "register it, or allow a folder that modules are loaded from";
  throw new Error(`there is no step "${reference}"; ${hint}`);
}

/** What was registered for a step, by any of its names. */
function givenIn(steps: Readonly<Record<string, PipelineStep>>, reference: string, path: string): unknown {
  const { module, name } = partsOf(reference);
  const id = /^steps\.(.+)$/.exec(path)?.[1];
  const key = [reference, `${module}.${name}`, name, id].find((one) => one !== undefined && Object.hasOwn(steps, one));
  return key === undefined ? undefined : steps[key];
}

async function findFunction(
  reference: string,
  { functions = {}, folder }: PipelineCode,
): Promise<ConditionFunction | null> {
  const { module, name } = partsOf(reference);
  for (const key of [reference, name]) if (Object.hasOwn(functions, key)) return functions[key] as ConditionFunction;
  if (Object.hasOwn(builtInFunctions, reference)) return null;
  if (folder !== undefined && module !== null) {
    const found = await exportOf(folder, module, name);
    if (typeof found === "function") return found as ConditionFunction;
  }
  const close = closest(name, [...Object.keys(functions), ...Object.keys(builtInFunctions)]);
  throw new Error(
    `there is no function "${reference}"; ${close ? `did you mean "${close}"?` : "register it under this name"}`,
  );
}

/** "module:Class" in its parts. */
function partsOf(reference: string): { module: string | null; name: string } {
  const colon = reference.lastIndexOf(":");
  return colon < 0
    ? { module: null, name: reference }
    : { module: reference.slice(0, colon), name: reference.slice(colon + 1) };
}
