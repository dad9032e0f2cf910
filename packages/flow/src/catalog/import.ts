import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Issue, NotFoundError } from "@holdpoint/core";
import type { Flow } from "../interpret/flow.ts";
import type { PipelineDocument } from "../pipeline/document.ts";
import { findCode, loadPipeline, type PipelineCode } from "../pipeline/load.ts";
import { checkPipeline } from "../pipeline/read.ts";
import { slugOf } from "../pipeline/slug.ts";
import { canonicalJson } from "../saga/content-key.ts";
import type { ImportedPipeline, PipelineCatalog } from "./catalog.ts";

/** What became of one file. */
export interface ImportedFile {
  /** Relative to the folder. */
  readonly file: string;
  /** `skipped` is unchanged since the last time; `ignored` is JSON, but no pipeline. */
  readonly status: "added" | "updated" | "skipped" | "ignored" | "error";
  readonly slug?: string;
  readonly version?: number;
  readonly hash?: string;
  /** Why it is an error; or what is doubtful about it. */
  readonly problems?: readonly Issue[];
  readonly warnings?: readonly Issue[];
}

/** What became of a folder. */
export interface ImportReport {
  readonly files: readonly ImportedFile[];
  readonly added: number;
  readonly updated: number;
  readonly skipped: number;
  readonly ignored: number;
  readonly errors: number;
}

/**
 * Takes every pipeline in a folder and the folders below it into a catalog. One that changed is a new version; one that did not is
 * skipped, whatever its spaces and the order of its keys; one that is wrong is told with everything that is wrong with it, and the version
 * before it stays. With `code`, one whose code is not there is wrong, too.
 *
 * @example
 * const report = await importPipelines("pipelines", pipelineCatalog(".holdpoint/pipelines"));
 *
 * @throws NotFoundError there is no such folder
 */
export async function importPipelines(
  folder: string,
  catalog: PipelineCatalog,
  code?: PipelineCode,
): Promise<ImportReport> {
  const known = await catalog.list();
  const files: ImportedFile[] = [];
  for (const path of await jsonFilesIn(folder)) {
    const file = relative(folder, path).split(sep).join("/");
    files.push({ file, ...(await importFile(path, file, catalog, known, code)) });
  }
  const count = (status: ImportedFile["status"]): number => files.filter((one) => one.status === status).length;
  return {
    files,
    added: count("added"),
    updated: count("updated"),
    skipped: count("skipped"),
    ignored: count("ignored"),
    errors: count("error"),
  };
}

/**
 * Every imported version as a workflow, by its slug and version: register them all, and runs that wait go on with the version they
 * were started on.
 *
 * @example
 * const workflows = await importedWorkflows(pipelineCatalog(".holdpoint/pipelines"), { folder: "steps" });
 *
 * @throws FlowDefinitionError code of one of them is not there
 */
export async function importedWorkflows(catalog: PipelineCatalog, code: PipelineCode): Promise<Flow[]> {
  const all = await catalog.all();
  return Promise.all(
    all.map(({ document, slug, version }) => loadPipeline(document, { ...code, name: slug, version })),
  );
}

/** The hash of a document's content: its spaces and the order of its keys do not matter. */
export function contentHash(document: unknown): string {
  return createHash("sha256").update(canonicalJson(document)).digest("hex");
}

async function importFile(
  path: string,
  source: string,
  catalog: PipelineCatalog,
  known: ImportedPipeline[],
  code: PipelineCode | undefined,
): Promise<Omit<ImportedFile, "file">> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    return {
      status: "error",
      problems: [{ path: "", message: error instanceof Error ? error.message : String(error) }],
    };
  }
  if (!isMeantAsPipeline(document)) return { status: "ignored" };
  const { definition, problems, warnings } = checkPipeline(document);
  if (!definition) return { status: "error", problems };
  const missing = code ? (await findCode(definition, code)).problems : [];
  if (missing.length > 0) return { status: "error", problems: missing };

  const before = known.find((one) => one.source === source);
  const hash = contentHash(document);
  const doubts = warnings.length > 0 ? { warnings } : {};
  if (before?.hash === hash) {
    return { status: "skipped", slug: before.slug, version: before.version, hash, ...doubts };
  }
  const given = document as PipelineDocument;
  const slug = before?.slug ?? freeSlug(slugOf(given.name), source, known);
  const version = (before?.version ?? 0) + 1;
  const imported = { slug, version, hash, source, document: given };
  await catalog.add(imported);
  if (before) known[known.indexOf(before)] = imported;
  else known.push(imported);
  return { status: before ? "updated" : "added", slug, version, hash, ...doubts };
}

/** The slug of the name; where another file has it already, with a few letters that only this file has. */
function freeSlug(slug: string, source: string, known: readonly ImportedPipeline[]): string {
  if (!known.some((one) => one.slug === slug)) return slug;
  return `${slug}-${createHash("sha256").update(source).digest("hex").slice(0, 8)}`;
}

function isMeantAsPipeline(document: unknown): boolean {
  return typeof document === "object" && document !== null && ("steps" in document || "flow" in document);
}

/** In the order of their names, so that two imports do the same. */
async function jsonFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") throw new NotFoundError("folder", folder);
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await jsonFilesIn(path)));
    else if (entry.isFile() && entry.name.endsWith(".json")) found.push(path);
  }
  return found;
}
