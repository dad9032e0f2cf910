import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { closest, NotFoundError } from "@holdpoint/core";
import type { PipelineDocument } from "../pipeline/document.ts";

/** One version of a pipeline, as it was imported. */
export interface ImportedPipeline {
  /** Names the workflow; it stays, whatever the document is called later. */
  readonly slug: string;
  /** From 1; each changed content is another. */
  readonly version: number;
  /** SHA-256 of the content, whatever its spaces and the order of its keys. */
  readonly hash: string;
  /** The file it came from, relative to the folder that was imported. */
  readonly source: string;
  /** The document as it was. */
  readonly document: PipelineDocument;
}

/**
 * Imported pipelines in a directory, a file for each version: none is ever changed or removed, so a run that was started on one
 * can go on with it.
 *
 * @example
 * const catalog = pipelineCatalog(".holdpoint/pipelines");
 * const { document } = await catalog.get("hello-world-pipeline");
 */
export function pipelineCatalog(directory: string): PipelineCatalog {
  return new PipelineCatalog(directory);
}

/** Imported pipelines; see `pipelineCatalog`. */
export class PipelineCatalog {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Every version of every pipeline, by slug and version. */
  async all(): Promise<ImportedPipeline[]> {
    const slugs = await readdir(this.directory).catch(() => []);
    const versions = await Promise.all(slugs.sort().map((slug) => this.versions(slug)));
    return versions.flat();
  }

  /** The newest version of every pipeline. */
  async list(): Promise<ImportedPipeline[]> {
    const newest = new Map((await this.all()).map((one) => [one.slug, one]));
    return [...newest.values()];
  }

  /** All versions of one, the oldest first; empty when there is none. */
  async versions(slug: string): Promise<ImportedPipeline[]> {
    const files = await readdir(join(this.directory, slug)).catch(() => []);
    const found = await Promise.all(
      files
        .filter((file) => /^v\d+\.json$/.test(file))
        .map(async (file) => JSON.parse(await readFile(join(this.directory, slug, file), "utf8")) as ImportedPipeline),
    );
    return found.sort((a, b) => a.version - b.version);
  }

  /**
   * One version, or the newest.
   *
   * @throws NotFoundError there is none, with what was probably meant
   */
  async get(slug: string, version?: number): Promise<ImportedPipeline> {
    const versions = await this.versions(slug);
    const found = version === undefined ? versions.at(-1) : versions.find((one) => one.version === version);
    if (found) return found;
    if (versions.length > 0) {
      throw new NotFoundError(
        "version of a pipeline",
        `${slug} v${version}`,
        `the newest is v${versions.at(-1)?.version}`,
      );
    }
    const close = closest(
      slug,
      (await this.list()).map((one) => one.slug),
    );
    throw new NotFoundError("imported pipeline", slug, close ? `did you mean "${close}"?` : "import it first");
  }

  /** Writes a version, whole or not at all. */
  async add(pipeline: ImportedPipeline): Promise<void> {
    const folder = join(this.directory, pipeline.slug);
    await mkdir(folder, { recursive: true });
    const file = join(folder, `v${pipeline.version}.json`);
    await writeFile(`${file}.next`, `${JSON.stringify(pipeline, null, 2)}\n`);
    await rename(`${file}.next`, file);
  }
}
