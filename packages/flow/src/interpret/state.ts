import type { DataDefinition, MergeRule } from "../definition/definition.ts";
import { StateConflictError } from "../definition/errors.ts";
import type { FlowState, Registry } from "../definition/registry.ts";

/** What one run of a node adds to the state. */
export interface Write {
  readonly node: string;
  readonly update: FlowState;
}

/** Puts two values under one key. */
type Reducer = (before: unknown, next: unknown) => unknown;

/** How a flow's nodes share what they give. */
export interface StateModel {
  /** Each node gets the value of the one before it. */
  readonly passes: boolean;
  /** What a node's output adds to the state. */
  update(node: string, output: unknown): FlowState;
  /** Puts an update into a state. */
  apply(state: FlowState, update: FlowState): void;
  /** The state of several branches that meet: `branches` in declared order, each with all it wrote since `base`. */
  merge(base: FlowState, branches: readonly (readonly Write[])[]): { state: FlowState; writes: Write[] };
}

/** Makes the model that a definition asks for. */
export function stateModel(data: DataDefinition, registry: Registry): StateModel {
  return data.kind === "pass" ? passing : sharing(data, registry);
}

/** Every node writes its result under its own name and nothing else, so branches never conflict. */
const passing: StateModel = {
  passes: true,
  update: (node, output) => ({ [node]: output }),
  apply: (state, update) => {
    for (const key in update) state[key] = update[key];
  },
  merge: (base, branches) => {
    const writes = union(branches);
    const state = { ...base };
    for (const write of writes) Object.assign(state, write.update);
    return { state, writes };
  },
};

type SharedData = Extract<DataDefinition, { kind: "state" }>;

function sharing(data: SharedData, registry: Registry): StateModel {
  const reducers = new Map<string, Reducer>();
  for (const [key, rule] of Object.entries(data.rules ?? {})) reducers.set(key, reducerOf(rule, registry));
  const anyKey = data.anyKey === undefined ? undefined : reducerOf(data.anyKey, registry);
  const ruled = (key: string): boolean => anyKey !== undefined || reducers.has(key) || key === "output";
  const apply = (state: FlowState, update: FlowState): void => {
    for (const key in update) {
      const reduce = reducers.get(key) ?? anyKey;
      state[key] = reduce && key in state ? reduce(state[key], update[key]) : firstOf(reduce, update[key]);
    }
  };
  return {
    passes: false,
    update: (node, output) => updateOf(node, output, data.keysFirst === true),
    apply,
    merge: (base, branches) => {
      refuseConflicts(branches, ruled);
      const writes = union(branches);
      const state = { ...base };
      for (const { update } of writes) apply(state, update);
      return { state, writes };
    },
  };
}

const replace: Reducer = (_before, next) => next;
const append: Reducer = (before, next) => [...listOf(before), ...listOf(next)];

/** The first value under a key: appended to nothing, so that a list is a list from the start. */
function firstOf(reduce: Reducer | undefined, next: unknown): unknown {
  return reduce === append ? listOf(next) : next;
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function reducerOf(rule: MergeRule, registry: Registry): Reducer {
  if (rule === "replace") return replace;
  if (rule === "append") return append;
  return registry.functions?.[rule.uses] as Reducer;
}

/**
 * An object's keys go into the state, and the whole of it under the node's name; anything else is the node's `output`.
 * Keys with "_" belong to the engine.
 */
function updateOf(node: string, output: unknown, keysFirst: boolean): FlowState {
  const update: FlowState = {};
  if (isRecord(output)) {
    for (const key in output) if (!key.startsWith("_")) update[key] = output[key];
  } else if (output !== undefined) {
    update.output = output;
  }
  if (!keysFirst || !(node in update)) update[node] = output;
  return update;
}

function isRecord(value: unknown): value is FlowState {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

/** What each branch wrote, in the branches' order; what they share was written before they parted, and comes once. */
function union(branches: readonly (readonly Write[])[]): Write[] {
  if (branches.length === 1) return [...(branches[0] as readonly Write[])];
  const all = new Set<Write>();
  for (const writes of branches) for (const write of writes) all.add(write);
  return [...all];
}

/** Two branches conflict where each wrote a key that the other did not see written: what both have was there before they parted. */
function refuseConflicts(branches: readonly (readonly Write[])[], ruled: (key: string) => boolean): void {
  if (branches.length < 2) return;
  const has = branches.map((writes) => new Set(writes));
  const written = new Map<string, { branch: number; write: Write }[]>();
  for (const [branch, writes] of branches.entries()) {
    for (const write of writes) {
      if (has.every((set) => set.has(write))) continue;
      for (const key in write.update) {
        if (ruled(key) || key === write.node) continue;
        const before = written.get(key);
        if (!before) {
          written.set(key, [{ branch, write }]);
          continue;
        }
        const other = before.find(
          (one) => one.branch !== branch && !has[branch]?.has(one.write) && !has[one.branch]?.has(write),
        );
        if (other) throw new StateConflictError(key, [other.write.node, write.node]);
        before.push({ branch, write });
      }
    }
  }
}
