import { createHash } from "node:crypto";
import type { Issue } from "@holdpoint/core";
import type { Json, JsonObject } from "../condition/condition.ts";
import type { ConditionScope } from "../condition/read.ts";
import { normalTemplate } from "../template/names.ts";
import type { PipelineDocument } from "./document.ts";

/** The document that is being read, and what was found wrong with it so far. */
export class Reading {
  readonly document: PipelineDocument;
  readonly steps: ReadonlySet<string>;
  readonly problems: Issue[] = [];
  readonly warnings: Issue[] = [];
  /** What a model is asked before a step's paths are taken: by step, by key. */
  readonly questions = new Map<string, Map<string, JsonObject>>();

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
      ...(from !== undefined && { ask: (question: JsonObject) => this.ask(path, from, question) }),
      deprecated: (_text, better) =>
        this.warning(path, `single braces are the old spelling; write ${JSON.stringify(better)}`),
    };
  }

  /** The node that decides what a step's paths ask a model. */
  decides(step: string): string {
    return `${step}_decides`;
  }

  private ask(path: string, step: string, question: JsonObject): string {
    const text = JSON.stringify(question);
    const key = `q_${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
    const asked = this.questions.get(step) ?? new Map<string, JsonObject>();
    asked.set(key, this.template(question, path) as JsonObject);
    this.questions.set(step, asked);
    return `${this.decides(step)}.${key}`;
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
