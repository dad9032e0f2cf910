import { HoldExpiredError, type WorkflowContext } from "@holdpoint/core";
import type { Guardrails } from "./guardrails.ts";
import { answerForm, answerSchema } from "./hold-form.ts";
import { textOfValue } from "./leaves.ts";
import { maskPii } from "./pii/mask.ts";
import type { RailPlace } from "./rail.ts";
import type { RecordedVerdict } from "./run-rails.ts";

/** What a person is asked about. */
export interface HeldContent {
  readonly caller: string;
  readonly place: RailPlace;
  readonly tool?: string;
  readonly value: unknown;
  readonly verdict: RecordedVerdict;
}

/** What a hold shows: where, why and what, with personal data masked. */
export interface GuardrailEvidence {
  readonly place: RailPlace;
  readonly caller: string;
  readonly tool?: string;
  readonly rail: string;
  readonly reason: string;
  readonly score?: number;
  /** Where in the value. */
  readonly path?: string;
  /** What was found, in its surroundings. */
  readonly found: readonly { readonly type: string; readonly text: string; readonly score?: number }[];
  /** What is held, cut at 4,000 characters. */
  readonly text: string;
}

/** What becomes of it. */
export type PersonAnswer =
  | { readonly decision: "allow" }
  | { readonly decision: "edit"; readonly value: unknown }
  | { readonly decision: "block"; readonly reason: string };

const says: Record<RailPlace, string> = {
  input: "what a user says",
  output: "an answer",
  "tool-call": "a call",
  "tool-result": "the result of a call",
  retrieval: "a passage that was found",
  dialogue: "a conversation",
};

/** Opens a hold about something that a rail held back, and gives what was decided. */
export async function askPerson(ctx: WorkflowContext, guard: Guardrails, held: HeldContent): Promise<PersonAnswer> {
  const { caller, place, tool, verdict } = held;
  const { reviewers, deadline, severity = "high" } = guard.hold ?? {};
  const isText = typeof held.value === "string";
  try {
    const { value, by } = await ctx.hold(`guardrail ${verdict.rail}`, {
      title: `${caller}: may ${says[place]}${tool === undefined ? "" : ` of ${tool}`} go on? Rail "${verdict.rail}" holds it.`,
      severity,
      context: evidenceOf(held),
      form: answerForm(isText),
      jsonSchema: answerSchema,
      tags: ["guardrail"],
      ...(reviewers && { reviewers }),
      ...(deadline && { deadline }),
    });
    if (value.decision === "allow") return value;
    const who = by ?? "The deadline";
    if (value.decision === "block")
      return {
        decision: "block",
        reason: `${who} blocked it${value.reason ? `: ${value.reason}` : ""}.`.replace(/\.\.$/, "."),
      };
    return { decision: "edit", value: isText ? value.text : (JSON.parse(value.text) as unknown) };
  } catch (error) {
    if (error instanceof HoldExpiredError) return { decision: "block", reason: "Nobody decided about it in time." };
    throw error;
  }
}

const most = 4_000;
const around = 60;

/** What a reviewer sees. Personal data is masked, whatever rails there are; a finding is shown with what stands around it. */
export function evidenceOf({ caller, place, tool, value, verdict }: HeldContent): GuardrailEvidence {
  const { rail, reason = "", score, path, findings = [] } = verdict;
  const text = textAt(value, path);
  return {
    place,
    caller,
    ...(tool !== undefined && { tool }),
    rail,
    reason: maskPii(reason),
    ...(score !== undefined && { score }),
    ...(path !== undefined && { path }),
    found: findings.slice(0, 20).map(({ type, start, end, score: sure }) => ({
      type,
      text: excerpt(text, start, end),
      ...(sure !== undefined && { score: sure }),
    })),
    text: cut(maskPii(textOfValue(value)), most),
  };
}

/** Masked before it is cut, so that a cut does not hide what would be masked. */
function excerpt(text: string, start: number, end: number): string {
  const from = Math.max(0, start - around);
  const to = Math.min(text.length, Math.max(end, start) + around);
  const masked = maskPii(text, { start: from, end: to });
  return `${from > 0 ? "…" : ""}${cut(masked, 400)}${to < text.length ? "…" : ""}`;
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);

function textAt(value: unknown, path: string | undefined): string {
  let at = value;
  for (const name of path === undefined ? [] : path.split(".")) {
    if (typeof at !== "object" || at === null || !(name in at)) return textOfValue(value);
    at = (at as Record<string, unknown>)[name];
  }
  return textOfValue(at);
}
