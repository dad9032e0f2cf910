import type { Duration, Issue } from "@holdpoint/core";
import { compileCondition } from "../condition/compile.ts";
import type { Condition, Json } from "../condition/condition.ts";
import type { ConditionFunction } from "../condition/functions.ts";
import type { DataDefinition, FlowDefinition, FlowLimits, NodeDefinition } from "../definition/definition.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import type { FlowFunction, FlowState, Registry } from "../definition/registry.ts";
import { compileTemplate } from "../template/compile.ts";
import type { Problem } from "../validate/problem.ts";
import { shapeProblems } from "../validate/shape.ts";
import { compileChild, compileCode, compileEnd, compileFlow, compileMap } from "./nodes/code.ts";
import type { Compiler, Self } from "./nodes/compiler.ts";
import { compileChoose, compileParallel, compileRace, compileRepeat, compileTry } from "./nodes/composites.ts";
import { compileForeach } from "./nodes/foreach.ts";
import { compileApprove, compileHold } from "./nodes/holds.ts";
import { compileStep } from "./nodes/step.ts";
import { compileSignal, compileSleep } from "./nodes/waits.ts";
import type { NodeRun, Program, ProgramEdge, ProgramNode, Test } from "./program.ts";
import { type EdgesInto, edgesInto, markLoopHeads, NodesBefore } from "./reach.ts";
import { type StateModel, stateModel } from "./state.ts";

/**
 * Makes a flow ready to run: resolves every name, compiles every condition and template, and knows who can reach whom.
 *
 * @throws FlowDefinitionError with everything that is wrong, at once
 */
export function compile(
  definition: FlowDefinition,
  registry: Registry,
  self: Self = { name: definition.name, workflow: null },
): Program {
  const problems: Issue[] = [];
  const program = compileFlowDefinition(definition, { registry, self, problems }, "");
  const wrong = [...problems, ...shapeProblems(definition).filter(({ severity }) => severity === "error")];
  if (wrong.length > 0) throw new FlowDefinitionError(definition.name, wrong);
  return program;
}

/** What the registry does not have, and conditions and templates that cannot be read. */
export function codeProblems(definition: FlowDefinition, registry: Registry): Problem[] {
  const problems: Issue[] = [];
  compileFlowDefinition(definition, { registry, self: { name: definition.name, workflow: null }, problems }, "");
  return problems.map((problem) => ({ ...problem, code: "unknown-name", severity: "error" }));
}

/** What one compilation has in hand, whatever flow inside the flow it is at. */
interface Making {
  readonly registry: Registry;
  readonly self: Self;
  readonly problems: Issue[];
}

function compileFlowDefinition(definition: FlowDefinition, making: Making, path: string): Program {
  const data = definition.data ?? { kind: "pass" };
  const limits = definition.limits ?? {};
  const nodes = definition.nodes.map((node, order) =>
    compileNode(node, order, compilerAt(join(path, `nodes.${order}`), definition, making)),
  );
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const here = compilerAt(path, definition, making);
  for (const [i, edge] of definition.edges.entries()) {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    if (!from || !to) continue; // told by the check of the shape
    const always = edge.when === undefined || edge.when.type === "always";
    const when = always ? null : here.condition(edge.when as Condition, `edges.${i}.when`);
    const compiled: ProgramEdge = {
      from,
      to,
      when,
      order: to.incoming++,
      threads: edge.threads ?? 1,
      parallel: edge.parallel,
    };
    if (edge.otherwise) from.otherwise = compiled;
    else from.edges.push(compiled);
  }
  link(nodes, byId, definition);
  const entry = definition.entry.flatMap((id) => byId.get(id) ?? []);
  // Where a flow begins somebody arrives, too.
  for (const node of entry) node.incoming++;
  if (limits.iterationDelay !== undefined) markLoopHeads(entry);
  return {
    name: definition.name,
    nodes,
    entry,
    state: stateModelOf(data, here),
    initial: data.kind === "state" ? { ...data.initial } : {},
    limits,
    takesTurns: limits.sequential === true || definition.edges.some(({ parallel }) => parallel === false),
    countsIterations: data.kind === "state" && data.iteration === true,
    transient: [
      ...new Set(nodes.flatMap(({ definition: d }) => (d.kind === "signal" && d.transient ? [d.signal] : []))),
    ],
    result: resultOf(definition, here),
  };
}

function stateModelOf(data: DataDefinition, compiler: Compiler): StateModel {
  if (data.kind === "state") {
    const rules = Object.entries(data.rules ?? {}).map(([key, rule]) => [`data.rules.${key}`, rule] as const);
    for (const [where, rule] of [...rules, ["data.anyKey", data.anyKey] as const]) {
      if (typeof rule === "object") compiler.function(rule.uses, `${where}.uses`);
    }
  }
  return stateModel(data, compiler.registry);
}

/** Who withdraws whom, and who can still arrive where several meet. */
function link(nodes: readonly ProgramNode[], byId: ReadonlyMap<string, ProgramNode>, definition: FlowDefinition): void {
  let into: EdgesInto | null = null;
  for (const [i, node] of nodes.entries()) {
    for (const id of definition.nodes[i]?.cancels ?? []) {
      const target = byId.get(id);
      if (!target) continue;
      node.cancels.push(target);
      target.cancellable = true;
    }
    if (node.incoming < 2 && !(node.incoming === 1 && definition.entry.includes(node.id))) continue;
    into ??= edgesInto(nodes);
    node.before = new NodesBefore(node, into);
    if (typeof node.join === "object" && "count" in node.join && node.join.cancel)
      for (const other of node.before.all) other.cancellable = true;
  }
}

/** What these bring is kept under their name; what is worked on goes on as it is. */
const WAITS: ReadonlySet<NodeDefinition["kind"]> = new Set(["sleep", "signal", "approve", "hold", "gate"]);

function compileNode(node: NodeDefinition, order: number, compiler: Compiler): ProgramNode {
  const { inputs } = node;
  return {
    id: node.id,
    definition: node,
    order,
    run: runnerOf(node, compiler),
    inputs:
      inputs === undefined
        ? null
        : "uses" in inputs
          ? inputsOf(compiler.function(inputs.uses, "inputs.uses"))
          : overlay(compiler.template(inputs.templates, "inputs")),
    edges: [],
    otherwise: null,
    first: node.split === "first",
    terminal:
      node.terminal === undefined
        ? null
        : node.terminal === true
          ? () => true
          : compiler.condition(node.terminal, "terminal"),
    join: node.join ?? "all",
    incoming: 0,
    before: null,
    loopHead: false,
    cancels: [],
    cancellable: false,
    mutex: node.mutex ?? null,
    milestone: node.milestone ? { after: node.milestone.after, until: node.milestone.until ?? [] } : null,
    keepsValue:
      (WAITS.has(node.kind) && !(node.kind === "hold" && node.gives === "answer")) ||
      (node.kind === "code" && node.keeps === true),
  };
}

function inputsOf(map: FlowFunction): (data: FlowState, value: unknown) => unknown {
  const given = map as (value: unknown, data: FlowState) => unknown;
  return (data, value) => given(value, data);
}

/** What is mapped lies over what is there: a step may need more than it names. */
function overlay(fill: (data: FlowState) => unknown): (data: FlowState) => unknown {
  return (data) => ({ ...data, ...(fill(data) as FlowState) });
}

function runnerOf(node: NodeDefinition, compiler: Compiler): NodeRun {
  switch (node.kind) {
    case "step":
      return compileStep(node, compiler);
    case "map":
      return compileMap(node, compiler);
    case "code":
      return compileCode(node, compiler);
    case "approve":
      return compileApprove(node, compiler);
    case "hold":
      return compileHold(node, compiler);
    case "sleep":
      return compileSleep(node, compiler);
    case "signal":
      return compileSignal(node, compiler);
    case "child":
      return compileChild(node, compiler);
    case "flow":
      return compileFlow(node, compiler);
    case "parallel":
      return compileParallel(node, compiler);
    case "race":
      return compileRace(node, compiler);
    case "choose":
      return compileChoose(node, compiler);
    case "foreach":
      return compileForeach(node, compiler);
    case "repeat":
      return compileRepeat(node, compiler);
    case "try":
      return compileTry(node, compiler);
    case "gate":
      return async () => undefined;
    case "end":
      return compileEnd(node, compiler);
  }
}

function resultOf(definition: FlowDefinition, compiler: Compiler): Program["result"] {
  const { data } = definition;
  if (!data || data.kind === "pass") return (value) => value;
  const { result } = data;
  if (result === undefined) return (_value, state) => state;
  if ("key" in result) return (_value, state) => state[result.key];
  if ("uses" in result) {
    const give = compiler.function(result.uses, "data.result") as (state: FlowState, value: unknown) => unknown;
    return (value, state) => give(state, value);
  }
  const fill = compiler.template(result.templates, "data.result");
  return (_value, state) => fill(state);
}

function compilerAt(path: string, definition: FlowDefinition, making: Making): Compiler {
  const { registry, problems } = making;
  const problem = (issue: Issue): void => {
    problems.push(issue);
  };
  const guarded = <T>(where: string, instead: T, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      problem({ path: join(path, where), message: error instanceof Error ? error.message : String(error) });
      return instead;
    }
  };
  return {
    registry,
    self: making.self,
    limits: definition.limits ?? {},
    passes: (definition.data?.kind ?? "pass") === "pass",
    path,
    problem,
    function: (name, where) => {
      const found = registry.functions?.[name];
      if (!found) problem({ path: join(path, where), message: `there is no function "${name}" in the registry` });
      return found ?? (() => undefined);
    },
    condition: (condition: Condition, where): Test =>
      guarded<Test>(
        where,
        () => false,
        () =>
          compileCondition(condition, { functions: (registry.functions ?? {}) as Record<string, ConditionFunction> }),
      ),
    template: (value: Json, where) =>
      guarded<(data: FlowState) => unknown>(
        where,
        () => undefined,
        () => compileTemplate(value),
      ),
    inner: (flow, where) => compileFlowDefinition(flow, making, join(path, where)),
    timeout: (own: Duration | undefined) => own ?? (definition.limits as FlowLimits | undefined)?.nodeTimeout,
  };
}

function join(path: string, where: string): string {
  return path === "" ? where : `${path}.${where}`;
}
