import { type Field, fieldsOf } from "@holdpoint/channels";
import type { Hold, JsonSchema } from "@holdpoint/core";
import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";

/** The restricted JSON Schema of an elicitation: an object of plain fields. */
export type ElicitedForm = ElicitRequestFormParams["requestedSchema"];
type Properties = ElicitedForm["properties"];

/** A longer text is not read in a dialog: it is shown where there is room. */
const mostText = 6000;

/** What a person is asked to fill in, in the form that MCP allows; null where the hold's form, or its evidence, does not fit into it. */
export function elicitedForm(hold: Hold, text: string): ElicitedForm | null {
  if (text.length > mostText || hold.reviewers?.signed) return null;
  const note = { note: { type: "string" as const, title: "Note", description: "Kept with the decision." } };
  if (hold.kind === "approval") {
    const decision = {
      type: "string" as const,
      title: "Decision",
      oneOf: [
        { const: "approve", title: "Approve" },
        { const: "reject", title: "Reject" },
      ],
    };
    return { type: "object", properties: { decision, ...note }, required: ["decision"] };
  }
  const fields = fieldsOf(hold.form);
  if (fields === null || fields.some(({ name }) => name === "note")) return null;
  const properties: Properties = {};
  for (const field of fields) {
    const property = propertyOf(field);
    if (property === null) return null;
    Object.defineProperty(properties, field.name, { value: property, enumerable: true });
  }
  return {
    type: "object",
    properties: { ...properties, ...note },
    required: fields.filter(({ required }) => required).map(({ name }) => name),
  };
}

/** A field as one of MCP's plain ones; null where it is none. */
function propertyOf({ type, title, description, choices, schema }: Field): Properties[string] | null {
  const words = { title, ...(description === null ? {} : { description }) };
  const number = (name: string): object => (typeof schema[name] === "number" ? { [name]: schema[name] } : {});
  switch (type) {
    case "string":
    case "text":
      return { type: "string", ...words, ...number("minLength"), ...number("maxLength"), ...formatOf(schema) };
    case "number":
    case "integer":
      return { type, ...words, ...number("minimum"), ...number("maximum") };
    case "boolean":
      return { type: "boolean", ...words };
    case "choice":
      return choices.every((one) => typeof one === "string") ? { type: "string", ...words, enum: [...choices] } : null;
    case "choices":
      return choices.every((one) => typeof one === "string")
        ? { type: "array", ...words, items: { type: "string", enum: [...choices] } }
        : null;
    default:
      return null;
  }
}

const formats = ["email", "uri", "date", "date-time"] as const;

function formatOf({ format }: JsonSchema): { format?: (typeof formats)[number] } {
  const known = formats.find((one) => one === format);
  return known === undefined ? {} : { format: known };
}

/** The decision in what a person filled in. What is wrong with it is the engine's to say. */
export function answerIn(hold: Hold, content: Record<string, unknown>): { value: unknown; note?: string } {
  const { note, ...fields } = content;
  const said = typeof note === "string" && note.trim() !== "" ? { note: note.trim() } : {};
  if (hold.kind === "form") return { value: fields, ...said };
  const { decision } = fields;
  if (decision !== "approve" && decision !== "reject") return { value: null, ...said };
  return { value: { approved: decision === "approve" }, ...said };
}
