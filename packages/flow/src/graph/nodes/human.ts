import type { AnswerDeadline, ApprovalDeadline, HoldRequest, HoldText, StandardSchemaV1 } from "@holdpoint/core";
import type { JsonObject } from "../../condition/condition.ts";
import type { ApproveNode, HoldNode } from "../../definition/definition.ts";
import type { FlowFunction, FlowState } from "../../definition/registry.ts";
import type { PlaceOptions } from "../types.ts";
import { fillBraces, templateOf } from "./braces.ts";

/** Options of a human node. */
export interface HumanOptions<S> extends Omit<HoldText, "title">, PlaceOptions<S> {
  /** The question; `{key}` is filled from the state, and a key that is not there fails the run by name. */
  prompt?: string;
  /** The key of the state that has the answer. Default "human_response". */
  outputKey?: string;
  /** Asks for more than a text: the fields of the answer become keys of the state. */
  form?: StandardSchemaV1;
  /** What happens when nobody answers: never an answer, unless it says one. */
  deadline?: AnswerDeadline<unknown>;
}

/** Options of an approval. */
export interface ApprovalOptions<S> extends Omit<HoldText, "title">, PlaceOptions<S> {
  /** The question; `{key}` is filled from the state. */
  prompt?: string;
  /** What happens when nobody answers: never a yes, unless it says so. */
  deadline?: ApprovalDeadline;
}

const question = "Human input required.";

/** A person's answer: a text under one key, or the fields of a form. */
export function humanNode(
  id: string,
  options: HumanOptions<never>,
  register: (fn: FlowFunction) => string,
): Omit<HoldNode, "id" | "kind"> {
  const { prompt = question, outputKey = "human_response", form, deadline, ...rest } = options;
  const { text, place } = split(rest);
  const more = { ...text, ...(deadline && { deadline }) };
  if (form) {
    const request = (_input: unknown, state: FlowState): HoldRequest<StandardSchemaV1> => ({
      ...(more as object),
      title: fillBraces(prompt, state),
      form,
    });
    return { ...place, request: { uses: register(request as FlowFunction) }, gives: "answer" };
  }
  return {
    ...place,
    outputs: [outputKey],
    request: { ...(more as object), title: templateOf(prompt) },
    form: textForm(outputKey, id),
    gives: "answer",
  };
}

/** A person's yes or no, kept under the node's id. */
export function approvalNode(options: ApprovalOptions<never>): Omit<ApproveNode, "id" | "kind"> {
  const { prompt = question, deadline, ...rest } = options;
  const { text, place } = split(rest);
  return {
    ...place,
    request: { ...(text as object), ...(deadline && { deadline }), title: templateOf(prompt) } as never,
  };
}

function textForm(key: string, title: string): JsonObject {
  return {
    type: "object",
    properties: { [key]: { type: "string", title } },
    required: [key],
    additionalProperties: false,
  };
}

/** What is said to the person, and where the node stands. */
function split(options: Omit<HoldText, "title"> & PlaceOptions<never>): { text: object; place: object } {
  const { label, outputs, join, split: parts, cancels, mutex, ...text } = options;
  const place = { label, outputs, join, split: parts, cancels, mutex };
  return { text, place: Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined)) };
}
