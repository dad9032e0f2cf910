import type { Condition, Json, JsonObject } from "../condition/condition.ts";
import { ConditionReader } from "../condition/reader.ts";
import type { FlowDefinition, HoldNode, NodeDefinition, Recovery } from "../definition/definition.ts";
import type { PipelineStepDocument } from "./document.ts";
import { type HumanKind, humanKind } from "./human-kinds.ts";
import type { Reading } from "./places.ts";
import { readErrorHandling } from "./read-errors.ts";
import { readGated } from "./read-gated.ts";
import { readInputs } from "./read-inputs.ts";
import { decisionField, type UiSchema, uiForm } from "./ui-form.ts";

/** A step that asks people, as the node that does; null for any other step. */
export function readHuman(step: PipelineStepDocument, path: string, reading: Reading): NodeDefinition | null {
  const kind = humanKind(step);
  if (kind === null) return null;
  const config = step.config ?? {};
  const ui = uiOf(kind, config);
  for (const [i, field] of (ui.fields ?? []).entries()) {
    if (typeof field?.name !== "string") {
      reading.problem(`${path}.config.ui_schema.fields[${i}].name`, "is missing: under which name is the answer kept?");
      return { id: step.id, kind: "gate" };
    }
  }
  const hold: HoldNode = {
    id: step.id,
    kind: "hold",
    ...(step.name !== undefined && { label: step.name }),
    request: requestOf(step, kind, ui, path, reading),
    form: uiForm(ui),
    gives: "answer",
  };
  if (kind === "conditional" && config.hold_when !== undefined) return readGated(hold, config, path, reading);
  if (kind === "conditional") return whenNeeded(hold, config, path, reading);
  if (kind === "stakeholders") return ofSeveral(hold, ui, config, path, reading);
  return forgiving(hold, readErrorHandling(step, reading.document.error_handling).onError);
}

/** A hold that expires fails, unless the document says what is to go on in the place of an answer. */
function forgiving(hold: HoldNode, onError: Recovery | undefined): NodeDefinition {
  if (!onError || "step" in onError) return hold;
  const { label, ...inner } = hold;
  const id = `${hold.id} unanswered`;
  const instead: NodeDefinition =
    "value" in onError
      ? { id, kind: "code", uses: "pipeline.value", config: onError.value }
      : { id, kind: "map", uses: onError.uses };
  return {
    id: hold.id,
    kind: "try",
    ...(label !== undefined && { label }),
    body: alone(inner),
    onError: alone(instead),
  };
}

function alone(node: NodeDefinition): FlowDefinition {
  return { name: node.id, nodes: [node], edges: [], entry: [node.id] };
}

const answers = (decision: readonly string[]): UiSchema => ({
  fields: [
    { name: "decision", type: "radio", options: decision, required: true, label: "Decision" },
    { name: "comments", type: "textarea", label: "Comments" },
  ],
});

/** The form: the document's, or the one each kind has by default. */
function uiOf(kind: HumanKind, config: JsonObject): UiSchema {
  const given = (config.ui_schema ?? {}) as UiSchema;
  const options = config.voting_options ?? config.options;
  const choices = Array.isArray(options) ? (options as string[]) : null;
  const defaults: Record<HumanKind, UiSchema> = {
    input: { fields: [{ name: "user_input", type: "text", required: true }] },
    review: answers(["approve", "reject", "request_changes"]),
    conditional: answers(["approve", "reject"]),
    stakeholders: answers(choices ?? ["approve", "reject"]),
    timed: answers(choices ?? ["proceed", "stop"]),
  };
  return Array.isArray(given.fields) ? given : { ...defaults[kind], ...given };
}

function requestOf(
  step: PipelineStepDocument,
  kind: HumanKind,
  ui: UiSchema,
  path: string,
  reading: Reading,
): JsonObject {
  const config = step.config ?? {};
  const title = [ui.title, config.prompt, step.name].find((one) => typeof one === "string") as string | undefined;
  const people = config.assigned_users;
  const severity = config.severity ?? (kind === "timed" ? "high" : undefined);
  const context = contextOf(step, kind, path, reading);
  const deadline = deadlineOf(kind, ui, config, path, reading);
  return {
    title: reading.text(title ?? step.id, `${path}.config.prompt`),
    ...(severity !== undefined && { severity }),
    ...(context !== undefined && { context }),
    ...(Array.isArray(people) && people.length > 0 && { reviewers: { people: people as string[] } }),
    ...(deadline && { deadline: [deadline] }),
  };
}

/** What the person is shown: the step's inputs; without any, what the steps before it gave. */
function contextOf(step: PipelineStepDocument, kind: HumanKind, path: string, reading: Reading): Json | undefined {
  const key = step.config?.content_key ?? "content";
  const content = kind === "review" ? { [String(key)]: `{{ ${key}? }}` } : {};
  const inputs = readInputs(step, path, reading);
  if (inputs && "templates" in inputs) return { ...content, ...inputs.templates };
  const { paths = [], transitions = [] } = reading.document.flow;
  const before = [...paths, ...transitions].filter((one) => (one.to ?? one.to_step) === step.id);
  const names = new Set(before.map((one) => one.from ?? one.from_step).filter((one) => one !== undefined));
  const results = Object.fromEntries([...names].map((name) => [name, `{{ ${name}? }}`]));
  const context = { ...content, ...results };
  return Object.keys(context).length === 0 ? undefined : context;
}

/** A deadline decides only what the document says; where it says nothing the hold expires, and the step fails. */
function deadlineOf(
  kind: HumanKind,
  ui: UiSchema,
  config: JsonObject,
  path: string,
  reading: Reading,
): JsonObject | undefined {
  const { timeout_seconds, timeout_hours, default_action, default_answer } = config;
  const time = typeof timeout_seconds === "number" ? timeout_seconds * 1000 : Number(timeout_hours ?? 0) * 3_600_000;
  if (!(time > 0)) {
    if (kind === "timed")
      reading.problem(`${path}.config.timeout_seconds`, "is missing: when is it decided without a person?");
    return undefined;
  }
  const after = time;
  if (typeof default_answer === "object" && default_answer !== null) return { after, decide: default_answer };
  const field = decisionField(ui);
  if (default_action === undefined || default_action === null) return { after, expire: true };
  if (!field) {
    reading.problem(`${path}.config.default_action`, 'needs a field to stand in: give the form one called "decision"');
    return undefined;
  }
  return { after, decide: { [field.name]: default_action } };
}

/** Asks a person when one of the conditions holds; otherwise says that nobody had to be asked. */
function whenNeeded(hold: HoldNode, config: JsonObject, path: string, reading: Reading): NodeDefinition {
  const { label, ...inner } = hold;
  return {
    id: hold.id,
    kind: "choose",
    ...(label !== undefined && { label }),
    take: "first",
    cases: [{ name: "human", when: neededOf(config, path, reading), flow: alone(inner) }],
    otherwise: alone({ id: `${hold.id} automated`, kind: "map", uses: "pipeline.automated" }),
  };
}

function neededOf(config: JsonObject, path: string, reading: Reading): Condition {
  const reader = new ConditionReader(reading.problems, reading.scope(`${path}.config`));
  const given = config.conditions;
  const list: JsonObject[] = Array.isArray(given)
    ? (given as JsonObject[])
    : Object.entries(config)
        .filter(([key]) => ["confidence_threshold", "error_occurred", "value_check"].includes(key))
        .map(([type, value]) => (isObject(value) ? { ...value, type } : { type, threshold: value }));
  if (list.length === 0) {
    reading.problem(`${path}.config.conditions`, "are missing: when must a person be asked?");
  }
  const conditions = list.map((one, i) => neededBy(one, `${path}.config.conditions[${i}]`, reader));
  return conditions.length === 1 ? (conditions[0] as Condition) : { type: "any", conditions };
}

function neededBy(condition: JsonObject, path: string, reader: ConditionReader): Condition {
  switch (condition.type) {
    case "confidence_threshold": {
      const field = String(condition.field ?? "confidence");
      const value = condition.threshold ?? condition.value ?? 0.8;
      return {
        type: "all",
        conditions: [
          { type: "exists", path: field },
          { type: "compare", path: field, operator: "less_than", value },
        ],
      };
    }
    case "error_occurred":
      return {
        type: "any",
        conditions: [
          { type: "truthy", path: "error" },
          { type: "compare", path: "status", operator: "equals", value: "error" },
        ],
      };
    case "value_check": {
      // A person is needed when the check fails; what is not there fails it.
      const checked = reader.read({ ...condition, type: "expression" }, path);
      const missing: Condition = { type: "exists", path: checked.type === "compare" ? checked.path : "" };
      return { type: "not", condition: { type: "all", conditions: [missing, checked] } };
    }
    default:
      return reader.read(condition, path);
  }
}

/** A hold for each of them, side by side, and then a count. */
function ofSeveral(hold: HoldNode, ui: UiSchema, config: JsonObject, path: string, reading: Reading): NodeDefinition {
  const { stakeholders } = config;
  const names = Array.isArray(stakeholders) ? stakeholders.filter((one): one is string => typeof one === "string") : [];
  if (names.length === 0) reading.problem(`${path}.config.stakeholders`, "must be a list of at least one name");
  const rule = config.decision_type ?? "consensus";
  if (!["consensus", "majority", "any"].includes(String(rule))) {
    reading.problem(`${path}.config.decision_type`, `"${String(rule)}" must be "consensus", "majority" or "any"`);
  }
  const field = decisionField(ui);
  if (!field)
    reading.problem(
      `${path}.config.ui_schema.fields`,
      'must have one to decide by: a radio or select, or one called "decision"',
    );
  const { label, request, ...rest } = hold;
  const branch = (person: string): FlowDefinition => {
    const id = `${hold.id}:${person}`;
    const node: HoldNode = { ...rest, id, request: { ...(request as JsonObject), reviewers: { people: [person] } } };
    return { name: id, nodes: [node], edges: [], entry: [id] };
  };
  const [votes, count] = [`${hold.id} votes`, `${hold.id} count`];
  return {
    id: hold.id,
    kind: "flow",
    ...(label !== undefined && { label }),
    flow: {
      name: hold.id,
      nodes: [
        {
          id: votes,
          kind: "parallel",
          branches: Object.fromEntries(names.map((name) => [name, branch(name)])),
          onFailure: "collect",
          ...(rule === "any" && { need: 1 }),
        },
        {
          id: count,
          kind: "code",
          uses: "pipeline.count",
          config: { rule, field: field?.name ?? "decision", stakeholders: names } as JsonObject,
        },
      ],
      edges: [{ from: votes, to: count }],
      entry: [votes],
    },
  };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
