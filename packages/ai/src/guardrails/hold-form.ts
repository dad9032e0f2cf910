import type { JsonSchema, StandardSchemaV1 } from "@holdpoint/core";

/** What a person says of what a rail held back. */
export type GuardrailAnswer =
  | { readonly decision: "allow" }
  /** Goes on with this in its place; JSON, where it was no text. */
  | { readonly decision: "edit"; readonly text: string }
  | { readonly decision: "block"; readonly reason?: string };

/** The form of it. */
export const answerSchema: JsonSchema = {
  type: "object",
  properties: {
    decision: { type: "string", enum: ["allow", "edit", "block"], description: "Whether it goes on" },
    text: { type: "string", description: "With edit: what goes on in its place" },
    reason: { type: "string", description: "With block: why" },
  },
  required: ["decision"],
};

/** Checks an answer; what was no text must be edited as JSON. */
export const answerForm = (isText: boolean): StandardSchemaV1<GuardrailAnswer, GuardrailAnswer> => ({
  "~standard": {
    version: 1,
    vendor: "holdpoint",
    validate: (given) => {
      const { decision, text, reason } = (given ?? {}) as Record<string, unknown>;
      const issue = (path: string, message: string) => ({ issues: [{ path: [path], message }] });
      if (decision === "allow") return { value: { decision } };
      if (decision === "block") {
        if (reason !== undefined && typeof reason !== "string") return issue("reason", "must be a text");
        return { value: { decision, ...(reason !== undefined && { reason }) } };
      }
      if (decision !== "edit") return issue("decision", "must be allow, edit or block");
      if (typeof text !== "string") return issue("text", "must say what goes on in its place");
      if (!isText && !isJson(text)) return issue("text", "must be JSON: what was held is no text by itself");
      return { value: { decision, text } };
    },
  },
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
