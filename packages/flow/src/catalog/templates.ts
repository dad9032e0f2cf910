import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PipelineDocument } from "../pipeline/document.ts";

/** A pipeline to begin with. */
export interface PipelineTemplate {
  /** Its file's name without its ending: "simple_sequence". */
  readonly name: string;
  readonly document: PipelineDocument;
}

let read: Promise<readonly PipelineTemplate[]> | null = null;

/**
 * The templates of this package, by name: whole documents whose steps are yours to write.
 *
 * @example
 * const [first] = await pipelineTemplates(); // { name: "code_review", document: { name: "Code Review", … } }
 */
export function pipelineTemplates(): Promise<readonly PipelineTemplate[]> {
  read ??= readTemplates();
  return read;
}

async function readTemplates(): Promise<readonly PipelineTemplate[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("@holdpoint/flow/package.json")), "templates");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.json$/, ""),
      document: JSON.parse(await readFile(join(folder, file), "utf8")) as PipelineDocument,
    })),
  );
}
