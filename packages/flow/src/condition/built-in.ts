import { isBusinessHours } from "./business-hours.ts";
import { comparisonOf, patternOf } from "./compare.ts";
import type { ConditionFacts, ConditionFunction } from "./functions.ts";
import { operatorNamed } from "./operators.ts";
import { compilePath } from "./path.ts";
import { Settings } from "./settings.ts";

type Data = Readonly<Record<string, unknown>>;
type BuiltIn = (data: Data, settings: Settings, facts: ConditionFacts) => boolean;

/** `latest` is where the last step's result is; without it the whole data is looked at. */
const recordAt = (data: Data, path: string): Data => {
  const found = path === "" ? data : compilePath(path)(data);
  return typeof found === "object" && found !== null ? (found as Data) : {};
};

const valueAt = (data: Data, path: string): unknown => compilePath(path)(data) ?? null;

const definitions: Record<string, BuiltIn> = {
  business_hours: (_data, settings, facts) => isBusinessHours(settings, facts.now()),

  /** Enough of the required fields are filled, and few enough records are wrong. Nothing at all is not enough. */
  data_quality: (data, settings) => {
    const result = recordAt(data, settings.text("field_path", ""));
    const required = settings.texts("required_fields", []);
    if (Object.keys(result).length === 0) return false;
    const filled = required.filter((field) => ![undefined, null, ""].includes(result[field] as null));
    const completeness = required.length === 0 ? 1 : filled.length / required.length;
    const [errors, records] = [Number(result.error_count ?? 0), Number(result.total_records ?? 1)];
    const errorRate = records > 0 ? errors / records : 0;
    return (
      completeness >= settings.number("min_completeness", 0.8) && errorRate <= settings.number("max_error_rate", 0.1)
    );
  },

  /** A field against a threshold; one that is missing does not reach it. */
  threshold: (data, settings) => {
    const path = settings.text("field_path", "");
    const value = valueAt(data, path);
    if (value === null) return false;
    const name = settings.text("operator", ">=");
    const operator = operatorNamed(name);
    if (operator === null) throw new TypeError(`threshold(): "${name}" is no operator`);
    return comparisonOf(operator, path)(value, settings.value("threshold") ?? 0);
  },

  /** How many of the results under `field_path` (default: all of them) say `error`. */
  error_rate: (data, settings) => {
    const results = Object.values(recordAt(data, settings.text("field_path", ""))).filter(
      (one): one is object => typeof one === "object" && one !== null && !Array.isArray(one),
    );
    const failed = results.filter((one) => "error" in one || "step_error" in one);
    return results.length === 0 || failed.length / results.length <= settings.number("max_error_rate", 0.05);
  },

  /** A field from its beginning against a pattern; one that is missing does not match. */
  regex_match: (data, settings) => {
    const value = valueAt(data, settings.text("field_path", ""));
    return value !== null && patternOf(`^(?:${settings.text("pattern", "")})`).test(String(value));
  },

  /** What is not known to cost anything may go on. */
  cost_threshold: (data, settings) => {
    const path = settings.text("cost_field", "estimated_cost");
    const limit = settings.number("max_cost", 100);
    const cost = valueAt(data, path);
    return cost === null || comparisonOf("less_than_or_equal", path)(cost, limit);
  },

  approval_required: (data, settings) => {
    const above = (path: string, limit: number): boolean => {
      const value = valueAt(data, path);
      return value !== null && comparisonOf("greater_than", path)(value, limit);
    };
    return (
      above(settings.text("risk_field", "risk_score"), settings.number("risk_threshold", 0.7)) ||
      above(settings.text("amount_field", "amount"), settings.number("auto_approve_limit", 1000))
    );
  },

  /** The step failed with an error that is worth another try, and has not been tried too often. */
  retry: (data, settings) => {
    const step = settings.text("step", "");
    const tried = Object.keys(data).filter((key) => key.startsWith(`${step}_retry_`)).length;
    const last = recordAt(data, step);
    if (tried >= settings.number("max_retries", 3) || !("error" in last || "step_error" in last)) return false;
    return settings
      .texts("retry_on_errors", ["timeout", "network_error"])
      .includes(String(last.error_type ?? last.error_category ?? ""));
  },

  /** For loops: a step has run fewer times than this. */
  visited_less_than: (_data, settings, facts) => {
    if (!facts.visits) throw new TypeError("visited_less_than(): is for the edges of a flow");
    return facts.visits(settings.text("step", "")) < settings.number("times", 1);
  },

  /** The same share of runs, and the same run always the same way. */
  load_balancing: (_data, settings, facts) => share(facts.run.id) < settings.number("route_percentage", 50),

  feature_flag: (data, settings) => {
    const flags = recordAt(data, settings.text("flags_field", "feature_flags"));
    return Boolean(flags[settings.text("feature_name", "")] ?? settings.flag("default_value", false));
  },
};

/** Functions that conditions may call without anybody registering them. */
export const builtInFunctions: Readonly<Record<string, ConditionFunction>> = Object.fromEntries(
  Object.entries(definitions).map(([name, decide]): [string, ConditionFunction] => [
    name,
    (data, parameters, facts) => decide(data, new Settings(name, parameters), facts),
  ]),
);

/** A number from 0 to 99 that a text always has (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 100;
}
