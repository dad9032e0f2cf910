import { isRecord, type JsonPath } from "./json-text.ts";

/** A step as it is shown; a document may have it in any spelling, or half written. */
export interface ShownStep {
  index: number;
  path: JsonPath;
  /** "" where there is none yet. */
  id: string;
  title: string;
  /** How it asks people; null for work. */
  asks: HumanKind | null;
  /** What its code is called; null without any. */
  code: string | null;
}

/** A way from one step to the next, or to an end. */
export interface ShownWay {
  path: JsonPath;
  from: string;
  to: string;
  condition: unknown;
  label: string | null;
}

/** What a document says, as far as it can be drawn. */
export interface ShownPipeline {
  name: string;
  steps: readonly ShownStep[];
  ways: readonly ShownWay[];
  starts: readonly string[];
  /** Whether its shape is such that steps and ways can be added to it. */
  editable: boolean;
}

/** Where ways end besides at steps. */
export const ends = ["end", "end_with_success", "end_with_failure"] as const;

/** The ways a step can ask people. */
export const humanKinds = [
  "human_input",
  "review_and_approve",
  "conditional_human",
  "multi_stakeholder",
  "time_based_decision",
] as const;
export type HumanKind = (typeof humanKinds)[number];

const spelled: Readonly<Record<string, HumanKind>> = {
  human: "human_input",
  hitl: "human_input",
  pause_for_input: "human_input",
};

/** Reads a document for showing. It takes anything: what is wrong with it is for the problems. */
export function shownPipeline(document: unknown): ShownPipeline {
  const whole = isRecord(document) ? document : {};
  const flow = isRecord(whole.flow) ? whole.flow : {};
  const steps = listOf(whole.steps).map(shownStep);
  const ways = (["paths", "transitions"] as const).flatMap((list) =>
    listOf(flow[list]).map((way, index) => shownWay(way, ["flow", list, index])),
  );
  const starts = typeof flow.start_at === "string" ? [flow.start_at] : listOf(flow.start_at).filter(isText);
  return {
    name: textOf(whole.name),
    steps,
    ways,
    starts: starts.filter((id) => id !== ""),
    editable:
      isRecord(document) &&
      areRecords(whole.steps) &&
      (whole.flow === undefined || isRecord(whole.flow)) &&
      areRecords(flow.paths) &&
      areRecords(flow.transitions),
  };
}

function shownStep(step: unknown, index: number): ShownStep {
  const fields = isRecord(step) ? step : {};
  const id = textOf(fields.id);
  const code = [fields.step_class, fields.class].find(isText) ?? null;
  return {
    index,
    path: ["steps", index],
    id,
    title: textOf(fields.name) || id,
    asks: humanKindOf(fields, code),
    code: code !== null && isText(fields.module) ? `${fields.module}:${code}` : code,
  };
}

function shownWay(way: unknown, path: JsonPath): ShownWay {
  const fields = isRecord(way) ? way : {};
  const label = textOf(fields.label);
  return {
    path,
    from: textOf(fields.from ?? fields.from_step),
    to: textOf(fields.to ?? fields.to_step),
    condition: fields.condition,
    label: label === "" ? null : label,
  };
}

/** By its type, or by the name of its class where no module of its own has one; as the server reads it. */
function humanKindOf(step: Readonly<Record<string, unknown>>, code: string | null): HumanKind | null {
  const byClass = kindNamed((code ?? "").replace(/Step$/, ""));
  const byType = kindNamed(textOf(step.type));
  if (byType) return byClass ?? byType;
  const foreign = isText(step.module) && !/(^|\.)(hitl|human_input)\w*$/.test(step.module);
  return foreign ? null : byClass;
}

function kindNamed(name: string): HumanKind | null {
  const normal = name
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();
  if (Object.hasOwn(spelled, normal)) return spelled[normal] as HumanKind;
  return humanKinds.find((kind) => kind === normal) ?? null;
}

/** The place that a remark of the server names: `steps[1].config.x`, or a step by its id. */
export function placeOf(remark: string, pipeline: ShownPipeline): JsonPath {
  const parts = [...remark.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key as string) : Number(index),
  );
  const [first, second, ...rest] = parts;
  if (first !== "steps" || typeof second !== "string") return parts;
  const step = pipeline.steps.find(({ id }) => id === remark.slice("steps.".length) || id === second);
  return step ? [...step.path, ...(step.id === second ? rest : [])] : parts;
}

const isText = (value: unknown): value is string => typeof value === "string";
const textOf = (value: unknown): string => (isText(value) ? value : "");
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const areRecords = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.every(isRecord));
