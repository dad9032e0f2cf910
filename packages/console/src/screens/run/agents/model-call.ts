// What @holdpoint/ai records of the calls of models, as it stands in a journal. A record is what somebody else wrote: each part is
// looked at before it is believed.

/** A part of what a model answered. */
export type Part =
  | { type: "text" | "reasoning"; text: string }
  | { type: "tool-call"; id: string; name: string; args: unknown; invalid?: string };

/** One call of a model. */
export interface ModelCall {
  model: string;
  parts: Part[];
  finish: string | null;
  /** US dollars; null when not known. */
  cost: number | null;
  input: number | null;
  output: number | null;
  ms: number | null;
}

/** A recorded value as a call of a model; null when it is something else. */
export function modelCallOf(value: unknown): ModelCall | null {
  const { response, cost, ms } = fieldsOf(value);
  const { content, usage, model, finish } = fieldsOf(response);
  if (!Array.isArray(content) || typeof model !== "string") return null;
  const { input, output } = fieldsOf(usage);
  return {
    ...{ model, parts: content.flatMap(partOf), finish: typeof finish === "string" ? finish : null },
    ...{ cost: numberOf(cost), input: numberOf(input), output: numberOf(output), ms: numberOf(ms) },
  };
}

function partOf(value: unknown): Part[] {
  const { type, text, id, name, args, invalid } = fieldsOf(value);
  if ((type === "text" || type === "reasoning") && typeof text === "string") return [{ type, text }];
  if (type !== "tool-call" || typeof name !== "string") return [];
  return [{ type, id: String(id), name, args, ...(typeof invalid === "string" ? { invalid } : {}) }];
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** US dollars, as small as they may be. */
export const dollars = (cost: number): string => `$${cost.toFixed(cost === 0 || cost >= 1 ? 2 : cost >= 0.01 ? 3 : 5)}`;
