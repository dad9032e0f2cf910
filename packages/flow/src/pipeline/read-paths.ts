import { closest } from "@holdpoint/core";
import type { JsonObject } from "../condition/condition.ts";
import { normalName } from "../condition/operators.ts";
import { ConditionReader } from "../condition/reader.ts";
import type { EdgeDefinition, NodeDefinition } from "../definition/definition.ts";
import type { PipelinePath, PipelineStepDocument } from "./document.ts";
import type { Reading } from "./places.ts";
import { readInputs } from "./read-inputs.ts";

/** Where paths end: a branch that gets to the first two is done, the third fails the run. */
const ENDS = ["end", "end_with_success", "end_with_failure"];

/** The edges, and the nodes that stand for the ends that some path leads to and for what a model decides before a path is taken. */
export function readPaths(reading: Reading): { edges: EdgeDefinition[]; ends: NodeDefinition[] } {
  const { flow } = reading.document;
  const edges: EdgeDefinition[] = [];
  const otherwise = new Set<string>();
  for (const key of ["paths", "transitions"] as const) {
    for (const [i, path] of (flow[key] ?? []).entries()) {
      const edge = readPath(path, key, `flow.${key}[${i}]`, reading);
      if (!edge) continue;
      if (edge.otherwise && otherwise.has(edge.from)) {
        reading.problem(`flow.${key}[${i}].condition`, `"${edge.from}" has an "else" already; there can be one`);
      }
      if (edge.otherwise) otherwise.add(edge.from);
      edges.push(edge);
    }
  }
  const deciding = decisionsOf(reading);
  const rooted = edges.map((edge) =>
    reading.questions.has(edge.from) ? { ...edge, from: reading.decides(edge.from) } : edge,
  );
  const ends = ENDS.filter((id) => edges.some(({ to }) => to === id)).map((id) => endOf(id, reading.document.name));
  return { edges: [...rooted, ...deciding.edges], ends: [...deciding.nodes, ...ends] };
}

/** Between a step and its paths stands what a model decides first. */
function decisionsOf(reading: Reading): { edges: EdgeDefinition[]; nodes: NodeDefinition[] } {
  const nodes: NodeDefinition[] = [];
  const edges: EdgeDefinition[] = [];
  for (const [step, questions] of reading.questions) {
    const id = reading.decides(step);
    const meta = { pipeline: { decides: step } };
    if (reading.steps.has(id)) {
      reading.problem("steps", `"${id}" is what decides the paths of "${step}"; call that step something else`);
    }
    const config = { step, questions: Object.fromEntries(questions) };
    nodes.push({ id, kind: "code", uses: "pipeline.decide", keeps: true, config, meta });
    edges.push({ from: step, to: id, meta });
  }
  return { edges, nodes };
}

function endOf(id: string, name: string): NodeDefinition {
  const meta = { pipeline: { end: id } };
  if (id !== "end_with_failure") return { id, kind: "gate", meta };
  return { id, kind: "end", fail: `pipeline "${name}" ended with failure`, meta };
}

function readPath(path: PipelinePath, list: string, where: string, reading: Reading): EdgeDefinition | null {
  const from = path.from ?? path.from_step;
  const to = path.to ?? path.to_step;
  const known =
    isThere(
      from,
      "from" in path || path.from_step === undefined ? "from" : "from_step",
      [...reading.steps],
      where,
      reading,
    ) &&
    isThere(
      to,
      "to" in path || path.to_step === undefined ? "to" : "to_step",
      [...reading.steps, ...ENDS],
      where,
      reading,
    );
  const label = path.label === undefined ? {} : { label: path.label };
  const { condition } = path;
  const isElse = elseWords.has(normalName(wordOf(condition)));
  const source = reading.document.steps.find(({ id }) => id === from);
  const reader = new ConditionReader(reading.problems, {
    ...reading.scope(`${where}.condition`, from),
    own: source?.conditions,
    aliases: source?.conditions && aliasesOf(source, where, reading),
  });
  const when = isElse ? null : reader.read(condition, `${where}.condition`);
  if (!known) return null;
  return {
    from: from as string,
    to: to as string,
    ...(isElse && { otherwise: true as const }),
    ...(when && when.type !== "always" && { when }),
    ...label,
    meta: { pipeline: path as JsonObject, list },
  };
}

/** Inputs that are one reference, and what they refer to. */
function aliasesOf(step: PipelineStepDocument, where: string, reading: Reading): ReadonlyMap<string, string> {
  const inputs = readInputs(step, where, reading);
  const templates = inputs && "templates" in inputs ? inputs.templates : {};
  return new Map(
    Object.entries(templates).flatMap(([name, template]): [string, string][] => {
      const path = /^\{\{ ([\w.-]+)\?? \}\}$/.exec(String(template))?.[1];
      return path === undefined ? [] : [[name, path]];
    }),
  );
}

const elseWords: ReadonlySet<string> = new Set(["else", "otherwise", "default"]);

function wordOf(condition: unknown): string {
  if (typeof condition === "string") return condition;
  const type = (condition as { type?: unknown } | null | undefined)?.type;
  return typeof type === "string" ? type : "";
}

function isThere(
  name: string | undefined,
  key: string,
  names: readonly string[],
  where: string,
  reading: Reading,
): boolean {
  if (name === undefined) {
    reading.problem(`${where}.${key}`, "is missing: which step?");
    return false;
  }
  if (names.includes(name)) return true;
  const close = closest(name, names);
  reading.problem(`${where}.${key}`, `there is no step "${name}"${close ? `; did you mean "${close}"?` : ""}`);
  return false;
}
