import { closest } from "@holdpoint/core";
import type { PipelineDocument } from "./document.ts";
import type { Reading } from "./places.ts";

const roots: ReadonlySet<string> = new Set(["parameters", "steps", "pipeline_input", "result", "input"]);
const reference = /\{\{?\s*([^{}]+?)\s*\}?\}/g;

/** Names in templates that lead nowhere: steps that are not there, and parameters that nobody declares. */
export function checkReferences(reading: Reading): void {
  const { document } = reading;
  for (const [i, step] of document.steps.entries()) {
    visit(step.inputs, `steps[${i}].inputs`, reading);
    visit(step.config, `steps[${i}].config`, reading);
  }
  for (const key of ["paths", "transitions"] as const) {
    for (const [i, path] of (document.flow[key] ?? []).entries()) {
      visit(path.condition, `flow.${key}[${i}].condition`, reading);
    }
  }
  visit(document.outputs, "outputs", reading);
}

function visit(value: unknown, path: string, reading: Reading): void {
  if (typeof value === "string") {
    for (const [whole, inside = ""] of value.matchAll(reference)) {
      if (whole.startsWith("{{") || /^\{(steps|parameters)\./.test(whole)) {
        for (const name of inside.split("|")) checkName(name.trim().replace(/\?$/, ""), path, reading);
      }
    }
    if (/^parameter:/.test(value)) checkName(`parameters.${value.slice("parameter:".length).trim()}`, path, reading);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    visit(one, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, reading);
  }
}

function checkName(name: string, path: string, reading: Reading): void {
  const [root = "", second] = name.split(".");
  if (root === "steps" && second !== undefined && !reading.steps.has(second)) {
    const close = closest(second, [...reading.steps]);
    reading.problem(path, `there is no step "${second}"${close ? `; did you mean "${close}"?` : ""}`);
  } else if (root === "parameters" && second !== undefined && !declares(reading.document, second)) {
    reading.warning(path, `parameter "${second}" is declared nowhere; a run must be started with it`);
  } else if (second !== undefined && !reading.steps.has(root) && !roots.has(root)) {
    const close = closest(root, [...reading.steps]);
    if (close) reading.warning(path, `there is no step "${root}"; did you mean "${close}"?`);
  }
}

function declares({ parameters, input_schema }: PipelineDocument, name: string): boolean {
  const properties = input_schema?.properties;
  if (typeof properties === "object" && properties !== null && name in properties) return true;
  if (parameters === undefined) return false;
  return Array.isArray(parameters) ? parameters.some((one) => one.name === name) : name in parameters;
}
