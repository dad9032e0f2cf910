import { existsSync, readFileSync, statSync } from "node:fs";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";

/** A pipeline's file, read; `document` is undefined when its text is not JSON, and `mistake` then says where. */
export interface PipelineFile {
  /** As it was typed. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly document: unknown;
  readonly mistake: string | null;
}

/** Whether what was typed in the place of a workflow is the file of a pipeline. */
export function isPipelineFile(session: Session, name: string): boolean {
  return name.endsWith(".json") && existsSync(session.path(name)) && statSync(session.path(name)).isFile();
}

/** @throws UsageError there is no such file */
export function readPipelineFile(session: Session, name: string): PipelineFile {
  const path = session.path(name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`${name} cannot be read: give the file of a pipeline`);
  }
  try {
    return { name, path, text, document: JSON.parse(text) as unknown, mistake: null };
  } catch (error) {
    return { name, path, text, document: undefined, mistake: `is not JSON: ${(error as Error).message}` };
  }
}

/** The document, where nothing can be done without it. @throws UsageError it is not JSON */
export function documentOf({ name, document, mistake }: PipelineFile): unknown {
  if (mistake !== null) throw new UsageError(`${name} ${mistake}`);
  return document;
}
