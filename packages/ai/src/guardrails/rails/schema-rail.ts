import type { StandardSchemaV1 } from "@holdpoint/core";
import { issuesText } from "../../schema.ts";
import type { Rail, RailPlaces, RailVerdict } from "../rail.ts";

/** What `schemaRail` takes. */
export interface SchemaRailOptions {
  /** Where it looks. */
  on: RailPlaces;
  /** Default `schema`. */
  name?: string;
  /** Any Standard Schema; it may be asynchronous. A text is read as JSON where it is JSON. */
  schema: StandardSchemaV1;
  /** Only for this tool, or these. Default: whatever is looked at. */
  tools?: string | readonly string[];
  /** Default `block`. */
  action?: "block" | "hold";
}

/**
 * What passes must have this shape: an answer, a tool's arguments, what a tool gave back.
 *
 * @example
 * const rail = schemaRail({ on: "tool-result", tools: "lookup", schema: z.object({ id: z.string(), total: z.number() }) });
 */
export function schemaRail({ on, name = "schema", schema, tools, action = "block" }: SchemaRailOptions): Rail {
  const only = typeof tools === "string" ? [tools] : tools;
  return {
    name,
    on,
    whole: true,
    async check({ value, tool }): Promise<RailVerdict> {
      if (only && (tool === undefined || !only.includes(tool))) return { action: "allow" };
      const { issues } = await schema["~standard"].validate(parsed(value));
      if (!issues) return { action: "allow" };
      const named = issues.map(({ path = [], message }) => ({
        path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
        message,
      }));
      return { action, reason: `It does not have the shape it must have:\n${issuesText(named.slice(0, 5))}` };
    },
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
