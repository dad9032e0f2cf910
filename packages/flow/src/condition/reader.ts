import { closest, type Issue } from "@holdpoint/core";
import { dataPath, wholeReference } from "../template/names.ts";
import { builtInFunctions } from "./built-in.ts";
import { compileCondition } from "./compile.ts";
import type { Condition, Json, JsonObject, Operator } from "./condition.ts";
import { normalName, operatorNamed, operatorNames } from "./operators.ts";
import type { ConditionScope } from "./read.ts";

/** What stands for a condition that could not be read: it is never asked, because its document is refused. */
const unreadable: Condition = { type: "any", conditions: [] };

type Fields = Readonly<Record<string, unknown>>;
type Read = (fields: Fields, at: Place) => Condition;

/** Where a condition's fields are: beside its type, or under `config`. */
interface Place {
  readonly own: string;
  readonly config: string;
}

/** Reads conditions of one document, and collects what is wrong with them. */
export class ConditionReader {
  private readonly issues: Issue[];
  private readonly scope: ConditionScope;
  private readonly aliases: ReadonlyMap<string, string>;
  /** By normal name. Several names for one thing are several documents' words for it. */
  private readonly types: Readonly<Record<string, Read>>;

  constructor(issues: Issue[], scope: ConditionScope, aliases: ReadonlyMap<string, string> = new Map()) {
    this.aliases = aliases;
    this.issues = issues;
    this.scope = scope;
    const comparison = (operator?: Operator): Read => {
      return (fields, at) => this.comparison(fields, at, operator);
    };
    const combination = (type: "all" | "any"): Read => {
      return (fields, at) => ({ type, conditions: this.list(fields, at) });
    };
    this.types = {
      always: () => ({ type: "always" }),
      true: () => ({ type: "always" }),
      success: () => this.afterStep(false),
      failure: () => this.afterStep(true),
      error: () => this.afterStep(true),
      parameter: (fields, at) => this.presence("truthy", fields, at, "parameters."),
      truthy: (fields, at) => this.presence("truthy", fields, at),
      exists: (fields, at) => this.presence("exists", fields, at),
      field_exists: (fields, at) => this.presence("exists", fields, at),
      expression: comparison("equals"),
      compare: comparison(),
      value: comparison("equals"),
      threshold_condition: comparison("greater_than_or_equal"),
      field_equals: comparison("equals"),
      field_not_equals: comparison("not_equals"),
      field_greater_than: comparison("greater_than"),
      field_greater_than_or_equal: comparison("greater_than_or_equal"),
      field_less_than: comparison("less_than"),
      field_less_than_or_equal: comparison("less_than_or_equal"),
      field_in: comparison("in"),
      field_contains: comparison("contains"),
      field_matches: comparison("matches"),
      all: combination("all"),
      and: combination("all"),
      any: combination("any"),
      or: combination("any"),
      not: (fields, at) => this.not(fields, at),
      cel: (fields, at) => this.cel(fields, at),
      function: (fields, at) => this.function(fields, at),
      custom: (fields, at) => this.function(fields, at),
      plugin: (fields, at) => this.function(fields, at),
      condition: (fields, at) => this.ofTheStep(fields, at),
      agent: (fields, at) => this.agent(fields, at),
    };
  }

  /** Reads one; what is wrong with it is noted under `path`. */
  read(json: unknown, path: string): Condition {
    if (json === undefined || json === null || json === true) return { type: "always" };
    if (typeof json === "string") return this.word(json.trim(), path);
    if (typeof json !== "object" || Array.isArray(json)) return this.refuse(path, "must be text or an object");
    const own = json as Fields;
    const config = isFields(own.config) ? own.config : {};
    const fields = { ...own, ...config };
    const name = own.type ?? (Object.keys(fields).length === 0 ? "always" : undefined);
    if (typeof name !== "string")
      return this.refuse(join(path, "type"), "is missing: say what kind of condition this is");
    const read = own.type === undefined ? undefined : this.typeNamed(normalName(name));
    if (normalName(name) === "always") return { type: "always" };
    if (!read) return this.unknownType(name, join(path, "type"));
    return read(fields, { own: path, config: isFields(own.config) ? join(path, "config") : path });
  }

  private typeNamed(name: string): Read | undefined {
    if (Object.hasOwn(this.types, name)) return this.types[name];
    if (!Object.hasOwn(builtInFunctions, name)) return undefined;
    return (fields) => ({ type: "function", name, parameters: (fields.parameters ?? parametersOf(fields)) as Json });
  }

  private unknownType(name: string, path: string): Condition {
    const normal = normalName(name);
    if (["else", "otherwise", "default"].includes(normal)) {
      return this.refuse(path, `"${name}" stands for a whole path, and cannot be part of another condition`);
    }
    const close = closest(normal, [...Object.keys(this.types), ...Object.keys(builtInFunctions)]);
    const hint = close ? `did you mean "${close}"?` : `known types are ${Object.keys(this.types).join(", ")}`;
    return this.refuse(path, `there is no condition of type "${name}"; ${hint}`);
  }

  private word(text: string, path: string): Condition {
    const [head = "", ...rest] = text.split(":");
    const tail = rest.join(":").trim();
    const name = normalName(head);
    if (rest.length === 0 && ["always", "true", "success", "failure", "error"].includes(name)) {
      return (this.types[name] as Read)({}, { own: path, config: path });
    }
    if (name === "parameter" && tail !== "") return { type: "truthy", path: `parameters.${tail}` };
    if (name === "cel" && tail !== "") return this.checked({ type: "cel", expression: tail }, path);
    if (name === "function" && tail !== "") return { type: "function", name: tail };
    const close = closest(text, ["always", "else", "success", "failure"]);
    const hint = close
      ? `did you mean "${close}"?`
      : `write "always", "else", "parameter:NAME", "cel:EXPRESSION" or an object`;
    return this.refuse(path, `there is no condition "${text}"; ${hint}`);
  }

  private presence(type: "exists" | "truthy", fields: Fields, at: Place, prefix = ""): Condition {
    const path = this.path(fields, at);
    return path === null ? unreadable : { type, path: `${prefix}${path}` };
  }

  private comparison(fields: Fields, at: Place, otherwise?: Operator): Condition {
    const path = this.path(fields, at);
    const name = fields.operator ?? fields.op ?? otherwise;
    if (typeof name === "string" && path !== null) {
      const present = presenceNamed(normalName(name));
      if (present) return present(path);
    }
    const operator = this.operator(name, join(at.config, "operator"));
    if (typeof fields.valuePath === "string") {
      if (path === null || operator === null) return unreadable;
      return { type: "compare", path, operator, valuePath: fields.valuePath };
    }
    const value = fields.value ?? fields.expected_value ?? fields.threshold;
    if (value === undefined && !Object.hasOwn(fields, "value")) {
      return this.refuse(join(at.config, "value"), "is missing: what is it compared with?");
    }
    if (path === null || operator === null) return unreadable;
    return this.compared(path, operator, (value ?? null) as Json, at);
  }

  /** A value that is one reference is looked up, so that it keeps its type. */
  private compared(path: string, operator: Operator, value: Json, at: Place): Condition {
    if (typeof value === "string") {
      const source = this.guarded(() => wholeReference(value, this.scope)?.sources, join(at.config, "value"));
      if (source) {
        const [only] = source;
        if (source.length === 1 && only && "path" in only) {
          return { type: "compare", path, operator, valuePath: only.path };
        }
        return this.refuse(join(at.config, "value"), "must name one value, without alternatives");
      }
    }
    return this.checked({ type: "compare", path, operator, value }, join(at.config, "value"));
  }

  private operator(name: unknown, path: string): Operator | null {
    const operator = typeof name === "string" ? operatorNamed(name) : null;
    if (operator) return operator;
    if (name === undefined) this.refuse(path, "is missing: how is it compared?");
    else {
      const close = typeof name === "string" ? closest(normalName(name), operatorNames) : null;
      const hint = close ? `did you mean "${close}"?` : `known operators are ${operatorNames.join(", ")}`;
      this.refuse(path, `there is no operator ${JSON.stringify(name)}; ${hint}`);
    }
    return null;
  }

  private path(fields: Fields, at: Place): string | null {
    const key =
      ["source", "field", "path", "field_path", "parameter"].find((one) => fields[one] !== undefined) ?? "source";
    const text = fields[key];
    if (typeof text !== "string" || text.trim() === "") {
      this.refuse(join(at.config, key), 'is missing: name what is looked at, with dots ("load.total")');
      return null;
    }
    const source = this.guarded(() => wholeReference(text, this.scope)?.sources[0], join(at.config, key));
    if (source && "path" in source) return source.path;
    if (!/[{}\s]/.test(text.trim())) {
      const [root = "", ...rest] = text.trim().split(".");
      return dataPath([this.aliases.get(root) ?? root, ...rest].join("."), this.scope);
    }
    this.refuse(join(at.config, key), `"${text}" is no name; write names with dots ("load.total")`);
    return null;
  }

  private list(fields: Fields, at: Place): Condition[] {
    const list = fields.conditions;
    const path = join(at.config, "conditions");
    if (Array.isArray(list) && list.length > 0) return list.map((one, i) => this.read(one, `${path}[${i}]`));
    this.refuse(path, "must be a list of conditions");
    return [];
  }

  private not(fields: Fields, at: Place): Condition {
    const inner = fields.condition ?? (Array.isArray(fields.conditions) ? fields.conditions[0] : undefined);
    if (inner === undefined) return this.refuse(join(at.config, "condition"), "is missing: what must not hold?");
    return { type: "not", condition: this.read(inner, join(at.config, "condition")) };
  }

  private cel(fields: Fields, at: Place): Condition {
    const expression = fields.expression ?? fields.value;
    if (typeof expression !== "string") return this.refuse(join(at.config, "expression"), "is missing");
    return this.checked({ type: "cel", expression }, join(at.config, "expression"));
  }

  private function(fields: Fields, at: Place): Condition {
    const key = ["function_name", "function", "name", "plugin"].find((one) => typeof fields[one] === "string");
    if (key === undefined) return this.refuse(join(at.config, "function_name"), "is missing: which function decides?");
    const module = typeof fields.module_path === "string" ? `${fields.module_path}:` : "";
    const { parameters } = fields;
    const name = `${module}${fields[key]}`;
    return parameters === undefined
      ? { type: "function", name }
      : { type: "function", name, parameters: parameters as Json };
  }

  /** What a model decides before the paths are taken: by then it is a fact like any other. */
  private agent(fields: Fields, at: Place): Condition {
    const { ask } = this.scope;
    if (!ask) {
      const message = `"agent" is for the paths of a pipeline; elsewhere let a step ask the model, and compare what it gives`;
      return this.refuse(join(at.own, "type"), message);
    }
    const {
      prompt = fields.prompt_template,
      model,
      context_fields,
      confidence_threshold = 0.7,
      max_retries = 2,
    } = fields;
    const wrong = (field: string, message: string): Condition => this.refuse(join(at.config, field), message);
    if (typeof prompt !== "string" || prompt.trim() === "")
      return wrong("prompt", "is missing: what is to be decided?");
    if (model !== undefined && typeof model !== "string") return wrong("model", "must be a model's name");
    const named = Array.isArray(context_fields) && context_fields.every((field) => typeof field === "string");
    if (context_fields !== undefined && !named) return wrong("context_fields", "must be a list of names");
    const sure = typeof confidence_threshold === "number" && confidence_threshold >= 0 && confidence_threshold <= 1;
    if (!sure) return wrong("confidence_threshold", "must be a number between 0 and 1");
    if (!Number.isInteger(max_retries) || (max_retries as number) < 0)
      return wrong("max_retries", "must be a whole number from 0");
    const question = { prompt, ...(model !== undefined && { model }), ...(named && { context_fields }) };
    return { type: "truthy", path: ask({ ...question, confidence_threshold, max_retries } as JsonObject) };
  }

  /** The conditions that stand in the step itself; or, where the condition has fields of its own, those. */
  private ofTheStep(fields: Fields, at: Place): Condition {
    if (["source", "field", "path"].some((key) => fields[key] !== undefined))
      return this.comparison(fields, at, "equals");
    if (Array.isArray(fields.conditions)) return { type: "all", conditions: this.list(fields, at) };
    if (!Array.isArray(this.scope.own)) {
      return this.refuse(join(at.own, "type"), `"condition" stands for the conditions of the step, which has none`);
    }
    const reader = new ConditionReader(this.issues, this.scope, this.scope.aliases);
    const conditions = this.scope.own.map((one, i) => reader.read(one, `steps.${this.scope.from}.conditions[${i}]`));
    return conditions.length === 1 ? (conditions[0] as Condition) : { type: "all", conditions };
  }

  /** A step whose failure is let pass leaves `step_error` in its result. */
  private afterStep(failed: boolean): Condition {
    const { from } = this.scope;
    const error: Condition = { type: "truthy", path: from === undefined ? "step_error" : `${from}.step_error` };
    return failed ? error : { type: "not", condition: error };
  }

  /** What is wrong with an expression or a pattern is said when the document is read, not when a run gets there. */
  private checked(condition: Condition, path: string): Condition {
    return this.guarded(() => compileCondition(condition) && condition, path) ?? unreadable;
  }

  private guarded<T>(read: () => T, path: string): T | null {
    try {
      return read();
    } catch (error) {
      this.refuse(path, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  private refuse(path: string, message: string): Condition {
    this.issues.push({ path, message });
    return unreadable;
  }
}

function presenceNamed(operator: string): ((path: string) => Condition) | null {
  const not = (condition: Condition): Condition => ({ type: "not", condition });
  switch (operator) {
    case "exists":
    case "is_not_null":
      return (path) => ({ type: "exists", path });
    case "not_exists":
    case "is_null":
      return (path) => not({ type: "exists", path });
    case "truthy":
    case "is_true":
      return (path) => ({ type: "truthy", path });
    case "falsy":
    case "is_false":
      return (path) => not({ type: "truthy", path });
    default:
      return null;
  }
}

/** All but the words that every condition may have. */
function parametersOf(fields: Fields): Record<string, unknown> {
  const { type: _type, config: _config, description: _description, ...parameters } = fields;
  return parameters;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}
