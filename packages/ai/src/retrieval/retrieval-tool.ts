import { type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import { type Tool, tool } from "../tool/tool.ts";
import type { Retriever, SearchOptions } from "./retriever.ts";

/** What `retrievalTool` takes. */
export interface RetrievalToolOptions extends Pick<SearchOptions, "limit" | "filter" | "mode"> {
  /** What the model calls. Default `search`. */
  name?: string;
  /** For the model: what can be found here. */
  description: string;
}

/** A passage as a model sees it. */
export interface ToldPassage {
  readonly id: string;
  readonly text: string;
}

const query: StandardSchemaV1<unknown, { query: string }> = {
  "~standard": {
    version: 1,
    vendor: "holdpoint",
    validate: (value) => {
      const asked = (value as { query?: unknown } | null)?.query;
      return typeof asked === "string" && asked.trim() !== ""
        ? { value: { query: asked } }
        : { issues: [{ message: "must be a text that is not empty", path: ["query"] }] };
    },
  },
};

/**
 * A tool with which an agent searches. The filter is the application's, never the model's: it keeps one customer's agent out of another's
 * documents.
 *
 * @example
 * const search = retrievalTool(handbook, { description: "Finds rules in the handbook.", filter: { customer: "acme" } });
 * const support = agent({ name: "support", tools: [search] });
 *
 * @throws ValidationError its name cannot be used
 */
export function retrievalTool(from: Retriever, options: RetrievalToolOptions): Tool<{ query: string }, ToldPassage[]> {
  const { name = "search", description, limit = 5, filter, mode } = options;
  if (!description)
    throw new ValidationError("retrievalTool", [{ path: "description", message: "must say what is found here" }]);
  const how = { limit, ...(filter && { filter }), ...(mode && { mode }) };
  return tool({
    ...{ name, description, input: query, content: "passages" as const },
    jsonSchema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
    execute: async (asked, { signal }) => {
      const passages = await from.search(asked.query, { ...how, signal });
      return passages.map(({ id, text }) => ({ id, text }));
    },
  });
}
