import { type Issue, ValidationError } from "@holdpoint/core";
import type { DagStep } from "./step.ts";

const quoted = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(", ")}]`;

/**
 * The steps in an order in which each comes after those it depends on (Kahn's algorithm), those that could go at the same time in
 * the order in which they were declared. Throws `ValidationError` with everything that is wrong.
 */
export function inOrder(dag: string, steps: readonly DagStep[]): readonly DagStep[] {
  const issues: Issue[] = [];
  const say = (message: string): void => void issues.push({ path: "steps", message });
  const names = steps.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  if (twice.length > 0) say(`Duplicate step names found: ${quoted(twice)}`);
  if (names.includes("")) say("A step has no name; say what it does");
  for (const { name, options } of steps) {
    for (const unknown of (options.after ?? []).filter((one) => !names.includes(one))) {
      say(`Step '${name}' depends on unknown step '${unknown}'`);
    }
  }
  for (const [outer, inner] of steps.flatMap(nested)) {
    if (inner.options.after)
      say(`Step '${inner.name}' is part of '${outer.name}' and cannot depend on others; '${outer.name}' can`);
  }
  const { ordered, left } = sorted(steps);
  for (const name of cyclic(left)) say(`Circular dependency detected involving step '${name}'`);
  if (issues.length > 0) throw new ValidationError(`dag "${dag}"`, issues);
  return ordered;
}

/** Steps inside of a step, however deep, each with the one it is in. */
function nested(step: DagStep): [DagStep, DagStep][] {
  const { work } = step;
  const inner =
    work.type === "parallel"
      ? work.steps
      : work.type === "conditional"
        ? [work.then, ...(work.otherwise ? [work.otherwise] : [])]
        : [];
  return inner.flatMap((one): [DagStep, DagStep][] => [[step, one], ...nested(one)]);
}

/** Kahn: takes away what depends on nothing that is left; linear in steps and dependencies. */
function sorted(steps: readonly DagStep[]): { ordered: DagStep[]; left: DagStep[] } {
  const known = new Set(steps.map(({ name }) => name));
  const waits = steps.map(({ options }) => new Set(options.after?.filter((one) => known.has(one))).size);
  const dependents = new Map<string, number[]>();
  for (const [index, { options }] of steps.entries()) {
    for (const name of new Set(options.after)) dependents.set(name, [...(dependents.get(name) ?? []), index]);
  }
  const ordered: DagStep[] = [];
  // In waves: within one, the declared order.
  let wave = steps.flatMap((_, index) => (waits[index] === 0 ? [index] : []));
  while (wave.length > 0) {
    const next: number[] = [];
    for (const index of wave) {
      const step = steps[index] as DagStep;
      ordered.push(step);
      for (const dependent of dependents.get(step.name) ?? []) {
        if (--(waits[dependent] as number) === 0) next.push(dependent);
      }
    }
    wave = next.sort((a, b) => a - b);
  }
  return { ordered, left: steps.filter((_, index) => (waits[index] as number) > 0) };
}

/** Of what is left only the steps of a cycle itself, not those that merely come after one. */
function cyclic(left: readonly DagStep[]): string[] {
  let rest = left;
  for (;;) {
    const needed = new Set(rest.flatMap(({ options }) => options.after ?? []));
    const kept = rest.filter(({ name }) => needed.has(name));
    if (kept.length === rest.length) return rest.map(({ name }) => name);
    rest = kept;
  }
}
