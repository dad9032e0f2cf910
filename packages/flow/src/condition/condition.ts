/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object that JSON can say: a JSON Schema, for one. */
export type JsonObject = { readonly [key: string]: Json };

/** How two values are compared. */
export type Operator =
  | "equals"
  | "not_equals"
  | "greater_than"
  | "greater_than_or_equal"
  | "less_than"
  | "less_than_or_equal"
  | "in"
  | "not_in"
  | "contains"
  | "not_contains"
  | "starts_with"
  | "ends_with"
  | "matches";

/** Where a value is: keys and list positions from the outside in, as "order.lines.0.price". */
export type Path = string;

/**
 * The one model of conditions: every dialect of documents and every builder becomes this, and this alone is evaluated, drawn and
 * stored. A path that leads nowhere gives undefined, which equals nothing but null.
 */
export type Condition =
  | { readonly type: "always" }
  | { readonly type: "exists"; readonly path: Path }
  /** Neither false, 0, "", null, an empty list nor missing. */
  | { readonly type: "truthy"; readonly path: Path }
  | {
      readonly type: "compare";
      readonly path: Path;
      readonly operator: Operator;
      /** What it is compared with, when it is written down. */
      readonly value?: Json;
      /** What it is compared with, when it is found elsewhere. */
      readonly valuePath?: Path;
    }
  | { readonly type: "all"; readonly conditions: readonly Condition[] }
  | { readonly type: "any"; readonly conditions: readonly Condition[] }
  | { readonly type: "not"; readonly condition: Condition }
  /** An expression in CEL (https://cel.dev) over the same names that paths start with. */
  | { readonly type: "cel"; readonly expression: string }
  /** A function of the flow's registry; `parameters` are handed to it. */
  | { readonly type: "function"; readonly name: string; readonly parameters?: Json };
