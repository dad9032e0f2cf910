import { closest, ValidationError } from "@holdpoint/core";
import type { Condition, Json } from "../condition/condition.ts";
import type { EdgeDefinition, MergeRule, NodeDefinition } from "../definition/definition.ts";
import type { FlowFunction, FlowState, Registry, StepCode } from "../definition/registry.ts";
import type { GraphConfig } from "./config.ts";
import type { EdgeOptions, PlaceOptions, When, WorkOptions } from "./types.ts";

/** How what several branches wrote under one key becomes one value. */
export type Rule = "replace" | "append" | ((before: never, next: never) => unknown);

/** A graph while it is being written. Never changed: each addition is a new one. */
export interface Draft {
  readonly name: string;
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  readonly entry: readonly string[];
  readonly terminals: readonly { readonly node: string; readonly when: Condition | true }[];
  readonly registry: Registry;
  readonly rules: Readonly<Record<string, MergeRule>>;
  readonly anyKey: MergeRule | undefined;
  readonly initial: Readonly<Record<string, Json>>;
  readonly config: GraphConfig;
}

/** Nothing yet. */
export function emptyDraft(name: string): Draft {
  return {
    name,
    nodes: [],
    edges: [],
    entry: [],
    terminals: [],
    registry: {},
    rules: {},
    anyKey: undefined,
    initial: {},
    config: {},
  };
}

/** One more node. */
export function withNode(draft: Draft, node: NodeDefinition): Draft {
  if (draft.nodes.some(({ id }) => id === node.id)) {
    throw new ValidationError(`graph "${draft.name}"`, [
      { path: node.id, message: "is there already; give the second one an id of its own" },
    ]);
  }
  return { ...draft, nodes: [...draft.nodes, node] };
}

/** One more step. */
export function withStep(
  draft: Draft,
  id: string,
  code: StepCode,
  options: WorkOptions<never>,
  more: { readonly outputs?: readonly string[]; readonly meta?: Json } = {},
): Draft {
  const { retry, compensate, timeout, heartbeat, once, ...place } = options;
  const uses = nameIn(draft, id);
  const full: StepCode = { ...code, ...(retry && { retry }), ...(compensate && { compensate: compensate as never }) };
  const node: NodeDefinition = {
    id,
    kind: "step",
    uses,
    ...more,
    ...placeOf(place),
    ...(timeout !== undefined && { timeout }),
    ...(heartbeat !== undefined && { heartbeat }),
    ...(once && { once }),
  };
  const { registry } = draft;
  return withNode({ ...draft, registry: { ...registry, steps: { ...registry.steps, [uses]: full } } }, node);
}

/** The options that say where a node stands, without what was left out. */
export function placeOf(options: PlaceOptions<never>): object {
  const { label, outputs, join, split, cancels, mutex } = options;
  const place = { label, outputs, join, split, cancels, mutex };
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}

/** One more edge. */
export function withEdge(draft: Draft, from: string, to: string, options: EdgeOptions<never>): Draft {
  const { when, otherwise, label, isParallel } = options;
  const [next, condition] = when === undefined ? [draft, undefined] : withCondition(draft, `${from}->${to}`, when);
  const edge: EdgeDefinition = {
    from,
    to,
    ...(condition && { when: condition }),
    ...(otherwise && { otherwise: true as const }),
    ...(label !== undefined && { label }),
    ...(isParallel !== undefined && { parallel: isParallel }),
  };
  return { ...next, edges: [...next.edges, edge] };
}

/** A condition as data: a function goes into the registry. */
export function withCondition(draft: Draft, place: string, when: When<never>): [Draft, Condition] {
  if (typeof when !== "function") return [draft, when];
  const decide = when as (state: FlowState) => unknown;
  const name = freeName(draft, `${place} when`);
  const ask = (state: FlowState): unknown => {
    const answer = decide(state);
    // A promise is always true: the condition's own check refuses it.
    return answer instanceof Promise ? answer : Boolean(answer);
  };
  return [withFunction(draft, name, ask as FlowFunction), { type: "function", name }];
}

/** One more function in the registry. */
export function withFunction(draft: Draft, name: string, fn: FlowFunction): Draft {
  const { registry } = draft;
  return { ...draft, registry: { ...registry, functions: { ...registry.functions, [name]: fn } } };
}

/** A name in the registry that other graphs do not have. */
export function nameIn(draft: Draft, name: string): string {
  return `${draft.name}/${name}`;
}

/** The same, with a number where it is taken: two edges may lead the same way. */
export function freeName(draft: Draft, name: string): string {
  const base = nameIn(draft, name);
  for (let i = 1; ; i++) {
    const full = i === 1 ? base : `${base} ${i}`;
    if (!draft.registry.functions?.[full]) return full;
  }
}

/** Refuses a terminal that is no node: what a definition cannot say wrong, it is too late to say. */
export function refuseUnknownTerminals({ name, nodes, terminals }: Draft): void {
  const ids = nodes.map(({ id }) => id);
  const issues = terminals
    .filter(({ node }) => !ids.includes(node))
    .map(({ node }) => {
      const close = closest(node, ids);
      return { path: "terminal", message: `there is no node "${node}"${close ? `; did you mean "${close}"?` : ""}` };
    });
  if (issues.length > 0) throw new ValidationError(`graph "${name}"`, issues);
}
