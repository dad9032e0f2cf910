import type { Issue } from "@holdpoint/core";
import type { Json } from "../condition/condition.ts";
import type { ConditionScope } from "../condition/read.ts";
import { normalTemplate } from "../template/names.ts";
import type { PipelineDocument } from "./document.ts";

/** The document that is being read, and what was found wrong with it so far. */
export class Reading {
  readonly document: PipelineDocument;
  readonly steps: ReadonlySet<string>;
  readonly problems: Issue[] = [];
  readonly warnings: Issue[] = [];

  constructor(document: PipelineDocument) {
    this.document = document;
    this.steps = new Set(document.steps.map(({ id }) => id));
  }

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  warning(path: string, message: string): void {
    this.warnings.push({ path, message });
  }

  /** How names at a place are understood. */
  scope(path: string, from?: string): ConditionScope {
    return {
      steps: this.steps,
      from,
      deprecated: (_text, better) =>
        this.warning(path, `single braces are the old spelling; write ${JSON.stringify(better)}`),
    };
  }

  /** A value with every reference in it spelled one way. */
  template(value: Json, path: string): Json {
    if (typeof value === "string") return this.text(value, path);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((one: Json, i) => this.template(one, `${path}[${i}]`));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.template(one, `${path}.${key}`)]));
  }

  text(value: string, path: string): string {
    try {
      return normalTemplate(value, this.scope(path));
    } catch (error) {
      this.problem(path, error instanceof Error ? error.message : String(error));
      return "";
    }
  }
}
