import {
  type InferIn,
  type InferOut,
  type StandardSchemaV1,
  ValidationError,
  type WorkflowOptions,
} from "@holdpoint/core";
import type { FlowStep } from "../chain/step.ts";
import type { Json } from "../condition/condition.ts";
import type { FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import type { CodeFunction, FlowFunction, StepCode } from "../definition/registry.ts";
import { type Flow, flowRunBy } from "../interpret/flow.ts";
import { type GraphConfig, limitsOf, refuseBadConfig, withDefaults } from "./config.ts";
import {
  type Draft,
  emptyDraft,
  freeName,
  nameIn,
  placeOf,
  type Rule,
  refuseUnknownTerminals,
  withCondition,
  withEdge,
  withFunction,
  withNode,
  withStep,
} from "./draft.ts";
import type { AbstractWorkflowNode } from "./nodes/custom.ts";
import { type ApprovalOptions, approvalNode, type HumanOptions, humanNode } from "./nodes/human.ts";
import {
  type AgentOptions,
  agentCode,
  agentWork,
  type LlmOptions,
  llmCode,
  llmWork,
  refuseMissing,
  type ToolOptions,
  toolCode,
  toolWork,
} from "./nodes/ports.ts";
import { mergeCode, type SubgraphOptions, subgraphNode } from "./nodes/subgraph.ts";
import type { GraphResult } from "./result.ts";
import { graphRunner } from "./run.ts";
import type { AnyState, EdgeOptions, NodeArguments, NodeFunction, PlaceOptions, When, WorkOptions } from "./types.ts";

type MaybeSchema = StandardSchemaV1 | undefined;

/** What there is to say about a graph besides its nodes. */
export interface GraphOptions<St extends MaybeSchema = undefined, I extends MaybeSchema = undefined>
  extends Omit<WorkflowOptions, "name" | "version" | "timeout"> {
  /** Types the state, and checks it when the graph ends. */
  state?: St;
  /** Checks what a run is started with. */
  input?: I;
  /** Raise it when you change what live runs would notice. Default 1. */
  version?: number;
  /** For drawings and lists. */
  description?: string;
}

/** What the state is, where a schema says it. */
type StateOf<St extends MaybeSchema> = St extends StandardSchemaV1
  ? InferOut<St> extends infer S extends object
    ? S
    : AnyState
  : AnyState;
/** What a run may be started with: a value for `input`, or keys of the state. */
type InputFor<S, I extends MaybeSchema> = I extends StandardSchemaV1
  ? InferIn<I>
  : string | number | (Partial<S> & { readonly input?: unknown }) | null | undefined;
/** An id that no node has yet. */
type Unused<Id extends string, Ids extends string> = string extends Ids ? Id : Id extends Ids ? never : Id;

/**
 * A graph: nodes that share one state, and edges between them, also back. Made by `graph()`; each call gives a new one.
 *
 * `S` is the state, `Ids` the ids of its nodes so far: an edge to a node that is not there does not compile.
 */
export class Graph<S extends object, Ids extends string, In> {
  private readonly options: GraphOptions<MaybeSchema, MaybeSchema>;
  private readonly draft: Draft;

  constructor(options: GraphOptions<MaybeSchema, MaybeSchema>, draft: Draft) {
    this.options = options;
    this.draft = draft;
  }

  /**
   * Adds a function: a step, done once and recorded. The keys it gives go into the state.
   *
   * @example
   * graph("greet").node("write", ({ state }) => ({ text: `hello ${state.input}` }), { retry: { attempts: 3 } });
   *
   * @throws ValidationError there is a node of this id
   */
  node<const Id extends string>(
    id: Unused<Id, Ids>,
    work: NodeFunction<S>,
    options: WorkOptions<S> = {},
  ): Graph<S, Ids | Id, In> {
    return this.with(withStep(this.draft, id, { run: work as StepCode["run"] }, options as WorkOptions<never>));
  }

  /** Adds a step made with `step()`: it gets the state as its input, checked by its schema. */
  step<const Id extends string, Out>(
    step: FlowStep<Id, never, Out> & (Id extends Ids ? (string extends Ids ? unknown : never) : unknown),
    options: PlaceOptions<S> = {},
  ): Graph<S, Ids | Id, In> {
    const { retry, ...rest } = step.options;
    const code: StepCode = {
      run: step.run as StepCode["run"],
      ...(step.inputSchema && { input: step.inputSchema }),
      ...(step.outputSchema && { output: step.outputSchema }),
      ...(step.undo && { compensate: step.undo }),
      ...(retry && { retry }),
    };
    return this.with(withStep(this.draft, step.id, code, { ...options, ...rest } as WorkOptions<never>));
  }

  /** Adds a node of your own kind. */
  custom<const Id extends string>(
    node: AbstractWorkflowNode<never, Id>,
    options: WorkOptions<S> = {},
  ): Graph<S, Ids | Id, In> {
    const run = (args: NodeArguments<never>): unknown => node.execute(args.state as never, args);
    const meta = { type: node.nodeType };
    return this.with(withStep(this.draft, node.name, { run: run as never }, options as WorkOptions<never>, { meta }));
  }

  /**
   * Adds a question to a person: the run waits, for as long as it takes, and goes on by the edge that the answer decides.
   *
   * @example
   * graph("ask")
   *   .human("review", { prompt: "Is {draft} right?" })
   *   .node("publish", () => ({}))
   *   .edge("review", "publish", { when: ({ human_response }) => human_response === "yes" });
   */
  human<const Id extends string>(id: Unused<Id, Ids>, options: HumanOptions<S> = {}): Graph<S, Ids | Id, In> {
    const name = freeName(this.draft, `${id} request`);
    let draft = this.draft;
    const node = humanNode(id, options as HumanOptions<never>, (fn) => {
      draft = withFunction(draft, name, fn);
      return name;
    });
    return this.with(withNode(draft, { id, kind: "hold", ...node }));
  }

  /** Adds a person's yes or no; conditions find it as `state.ID.approved`. */
  approve<const Id extends string>(id: Unused<Id, Ids>, options: ApprovalOptions<S> = {}): Graph<S, Ids | Id, In> {
    const node = approvalNode(options as ApprovalOptions<never>);
    return this.with(withNode(this.draft, { id, kind: "approve", ...node }));
  }

  /**
   * Adds a node that does nothing but part the ways: to each target whose condition holds.
   *
   * @example
   * graph("sort").gate("size", { large: ({ total }) => Number(total) > 100, small: ({ total }) => Number(total) <= 100 });
   */
  gate<const Id extends string>(
    id: Unused<Id, Ids>,
    routes: Readonly<Record<string, When<S>>> = {},
    options: PlaceOptions<S> = {},
  ): Graph<S, Ids | Id, In> {
    let draft = withNode(this.draft, {
      id,
      kind: "gate",
      ...placeOf(options as PlaceOptions<never>),
    } as NodeDefinition);
    for (const [to, when] of Object.entries(routes)) draft = withEdge(draft, id, to, { when: when as When<never> });
    return this.with(draft);
  }

  /** Adds another flow as one node: it runs inside this run, and is drawn inside its node. Its failure is this graph's. */
  subgraph<const Id extends string>(
    id: Unused<Id, Ids>,
    // biome-ignore lint/suspicious/noExplicitAny: a flow, whatever it takes and gives
    flow: Flow<any, any>,
    options: SubgraphOptions & PlaceOptions<S> = {},
  ): Graph<S, Ids | Id, In> {
    let draft: Draft = { ...this.draft, registry: mergeCode(this.draft.name, this.draft.registry, flow) };
    const node = subgraphNode(flow, options, (name, fn) => {
      const full = nameIn(draft, `${id} ${name}`);
      draft = withFunction(draft, full, fn);
      return full;
    });
    return this.with(withNode(draft, { id, kind: "flow", ...node, ...placeOf(options as PlaceOptions<never>) }));
  }

  /**
   * Adds a call of a language model: `{key}` in the prompt is filled from the state. Its failure fails the run; it never becomes text.
   *
   * @example
   * const llm = { complete: async ({ prompt }: { prompt: string }) => model.write(prompt) };
   * graph("write").llm("draft", { llm, prompt: "Write about {input}", outputKey: "draft" });
   */
  llm<const Id extends string>(id: Unused<Id, Ids>, options: LlmOptions<S>): Graph<S, Ids | Id, In> {
    refuseMissing(id, "llm", options.llm);
    const code = llmCode(id, options as LlmOptions<never>);
    if (code) return this.worked(id, "llm", code, options);
    return this.called(id, "llm", llmWork(options as LlmOptions<never>), options);
  }

  /** Adds an agent: it gets a value of the state, and its answer goes into the state. */
  agent<const Id extends string>(id: Unused<Id, Ids>, options: AgentOptions<S>): Graph<S, Ids | Id, In> {
    refuseMissing(id, "agent", options.agent);
    const code = agentCode(id, options as AgentOptions<never>);
    if (code) return this.worked(id, "agent", code, options);
    return this.called(id, "agent", agentWork(options as AgentOptions<never>), options);
  }

  /** Adds a tool: it gets `input` and the extra keys of the state as arguments. */
  tool<const Id extends string>(id: Unused<Id, Ids>, options: ToolOptions<S>): Graph<S, Ids | Id, In> {
    refuseMissing(id, "tool", options.tool);
    const code = toolCode(id, options as ToolOptions<never>);
    if (code) return this.worked(id, "tool", code, options);
    return this.called(id, "tool", toolWork(options as ToolOptions<never>), options);
  }

  /**
   * Leads from one node to the next. Of several edges all are taken whose conditions hold; with none the branch ends.
   *
   * @example
   * graph("twice")
   *   .node("try", ({ state }) => ({ times: Number(state.times ?? 0) + 1 }))
   *   .edge("try", "try", { when: ({ times }) => Number(times) < 2, label: "again" });
   */
  edge(from: Ids, to: Ids, options: EdgeOptions<S> = {}): Graph<S, Ids, In> {
    return this.with(withEdge(this.draft, from, to, options as EdgeOptions<never>));
  }

  /** Where it begins: one node, or several side by side. */
  entry(...ids: readonly Ids[]): Graph<S, Ids, In> {
    return this.with({ ...this.draft, entry: ids });
  }

  /** It may end at this node: always, or when a condition holds after it ran. A node without edges always may. */
  terminal(id: Ids, options: { when?: When<S> } = {}): Graph<S, Ids, In> {
    const { when } = options;
    const [draft, condition] =
      when === undefined ? [this.draft, true as const] : withCondition(this.draft, `${id} ends`, when as When<never>);
    return this.with({ ...draft, terminals: [...draft.terminals, { node: id, when: condition }] });
  }

  /**
   * How what branches wrote at the same time under one key becomes one value, in declared order: the last, a list of all, or a
   * function's. What a rule makes of a key it makes of every write, also of those one after the other.
   *
   * @example
   * graph("vote").state({ notes: "append", best: (a: number, b: number) => Math.max(a, b) }, { notes: [] });
   */
  state(
    rules: { readonly [K in keyof S]?: Rule },
    initial: { readonly [K in keyof S]?: S[K] } = {},
  ): Graph<S, Ids, In> {
    let draft: Draft = { ...this.draft, initial: { ...this.draft.initial, ...(initial as Record<string, Json>) } };
    for (const [key, rule] of Object.entries(rules as Record<string, Rule>)) {
      if (typeof rule !== "function") {
        draft = { ...draft, rules: { ...draft.rules, [key]: rule } };
        continue;
      }
      const uses = nameIn(draft, `merge ${key}`);
      draft = withFunction({ ...draft, rules: { ...draft.rules, [key]: { uses } } }, uses, rule);
    }
    return this.with(draft);
  }

  /** The rule of keys that have none. Without it, branches that write one key at the same time are a conflict. */
  anyKey(rule: "replace" | "append"): Graph<S, Ids, In> {
    return this.with({ ...this.draft, anyKey: rule });
  }

  /** How far it may go; what is not said stays as it was. */
  config(config: GraphConfig): Graph<S, Ids, In> {
    return this.with({ ...this.draft, config: { ...this.draft.config, ...config } });
  }

  /**
   * Makes a flow of it: give it to `createEngine({ workflows })`.
   *
   * @throws FlowDefinitionError with everything that is wrong with it, at once. ValidationError its configuration makes no sense
   */
  build(): Flow<In, GraphResult<S>> {
    const { draft, options } = this;
    const { state, input, version, description, ...rest } = options;
    refuseBadConfig(draft.name, draft.config);
    refuseUnknownTerminals(draft);
    const config = withDefaults(draft.config);
    const run = graphRunner({ checkpoints: config.checkpointEnabled, state });
    const schema = config.enabled ? input : switchedOff(draft.name);
    return flowRunBy(run, definitionOf(draft, config, version, description), draft.registry, {
      ...rest,
      ...(schema && { input: schema }),
    });
  }

  private called(id: string, type: string, run: unknown, options: WorkOptions<never> & { outputKey?: string }): never {
    const { outputKey = "output" } = options;
    const code = { run: run as StepCode["run"] };
    return this.with(withStep(this.draft, id, code, options, { outputs: [outputKey], meta: { type } })) as never;
  }

  /** A node whose work is workflow code: its own calls are recorded, not it as a whole. */
  private worked(
    id: string,
    type: string,
    code: CodeFunction,
    options: PlaceOptions<never> & { outputKey?: string },
  ): never {
    const uses = nameIn(this.draft, id);
    const draft = withFunction(this.draft, uses, code as FlowFunction);
    const place = { outputs: [options.outputKey ?? "output"], ...placeOf(options) };
    return this.with(withNode(draft, { id, kind: "code", uses, meta: { type }, ...place } as NodeDefinition)) as never;
  }

  private with<More extends string>(draft: Draft): Graph<S, More, In> {
    return new Graph(this.options, draft);
  }
}

function definitionOf(
  draft: Draft,
  config: Required<GraphConfig>,
  version: number | undefined,
  description: string | undefined,
): FlowDefinition {
  const { name, edges, entry, terminals, rules, anyKey, initial } = draft;
  const ends = new Map(terminals.map(({ node, when }) => [node, when]));
  const nodes = draft.nodes.map((node): NodeDefinition => {
    const terminal = ends.get(node.id);
    return terminal === undefined ? node : { ...node, terminal };
  });
  return {
    name,
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    nodes,
    edges,
    entry,
    data: { kind: "state", iteration: true, keysFirst: true, rules, initial, ...(anyKey !== undefined && { anyKey }) },
    limits: limitsOf(config),
  };
}

/** Refuses every new run; those that are under way are not asked again. */
function switchedOff(name: string): StandardSchemaV1 {
  const issues = [{ message: `graph "${name}" is switched off (enabled: false)` }];
  return { "~standard": { version: 1, vendor: "holdpoint", validate: () => ({ issues }) } };
}

/**
 * Begins a graph: nodes that share one state, with edges that may part, meet and lead back. It runs as a workflow: a wait survives
 * everything, no finished node runs again, and its result says what each node did.
 *
 * @example
 * const triage = graph("triage", { state: z.object({ risk: z.number().optional(), note: z.string().optional() }) })
 *   .node("score", ({ state }) => ({ risk: String(state.input).length / 10 }))
 *   .human("look", { prompt: "Risk is {risk}: what now?", outputKey: "note" })
 *   .edge("score", "look", { when: ({ risk = 0 }) => risk > 0.7 })
 *   .entry("score")
 *   .build();
 *
 * @throws ValidationError the name is unusable
 */
export function graph<St extends MaybeSchema = undefined, I extends MaybeSchema = undefined>(
  name: string,
  options: GraphOptions<St, I> = {},
): Graph<StateOf<St>, never, InputFor<StateOf<St>, I>> {
  if (typeof name !== "string" || name === "") {
    throw new ValidationError("graph", [{ path: "name", message: "is missing" }]);
  }
  return new Graph(options, emptyDraft(name));
}
