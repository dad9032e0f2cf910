import { type Engine, InvalidStateError, type Issue, NotFoundError, ValidationError } from "@holdpoint/core";
import { builtInFunctions } from "../condition/built-in.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import { dryRunPipeline } from "../dry-run/dry-run.ts";
import type { DryRunOptions, DryRunReport } from "../dry-run/report.ts";
import type { Flow } from "../interpret/flow.ts";
import type { PipelineDocument } from "../pipeline/document.ts";
import { findCode, loadPipeline, type PipelineCode } from "../pipeline/load.ts";
import { checkPipeline } from "../pipeline/read.ts";
import { slugOf } from "../pipeline/slug.ts";
import { contentHash } from "./import.ts";
import { LibraryBook, type PipelineVersion } from "./library-book.ts";

/** A pipeline of a library, as its newest version has it. */
export interface LibraryPipeline extends PipelineVersion {
  /** All versions that have a document, newest first. */
  readonly versions: readonly number[];
  /** Why this process cannot run the newest version: code it names is not here. Empty where it can. */
  readonly problems: readonly Issue[];
}

/** What is wrong with a document, its code included, and what is doubtful about it. */
export interface DocumentCheck {
  readonly problems: readonly Issue[];
  readonly warnings: readonly Issue[];
}

/** How a version is put into a library. */
export interface PutPipelineOptions {
  /** The workflow's name. Default: the slug of the document's. */
  readonly name?: string;
  /** What the newest version must be, 0 for "there is none": of two who edit, only one is taken. Default: it may be any. */
  readonly expected?: number;
  /** Who does it. */
  readonly by?: string;
}

/** Where the code of a library's pipelines is, and how often it looks for what other processes changed. */
export interface LibraryOptions extends PipelineCode {
  /** In milliseconds. Default 2,000. */
  readonly lookEvery?: number;
}

/**
 * Pipelines kept in the store, changed while everything runs: a changed document is a new version, a run stays on the version it was
 * started on, and a removed pipeline begins no runs while those it has go on. Every process with a library on the store gets every
 * version; one that lacks a version's code leaves its runs to the others.
 *
 * @example
 * const library = pipelineLibrary(engine, { steps: { greet: ({ name }) => ({ greeting: `Hello, ${name}!` }) } });
 * await library.open();
 * await library.put(JSON.parse(readFileSync("pipelines/hello.json", "utf8")), { by: "ana" });
 * await engine.run("hello-world-pipeline", { name: "Developer" });
 */
export function pipelineLibrary(engine: Engine, options: LibraryOptions = {}): PipelineLibrary {
  return new PipelineLibrary(engine, options);
}

/** Pipelines kept in the store; see `pipelineLibrary`. */
export class PipelineLibrary {
  private readonly engine: Engine;
  private readonly options: LibraryOptions;
  private readonly book: LibraryBook;
  private readonly flows = new Map<string, Map<number, Flow | readonly Issue[]>>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;

  constructor(engine: Engine, options: LibraryOptions) {
    this.engine = engine;
    this.options = options;
    this.book = new LibraryBook(engine);
  }

  /** Registers what is kept, and goes on looking for what others change until `close()`. */
  async open(): Promise<void> {
    await this.look();
    if (this.timer !== null) return;
    const look = (): void => void this.look().catch(() => undefined);
    this.timer = setInterval(look, this.options.lookEvery ?? 2_000);
    this.timer.unref();
  }

  /** Looks no more; what is registered stays. */
  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** What stands in the store now is what the engine has. */
  async look(): Promise<void> {
    // One after the other: two at once would register a version twice.
    const before = this.looking ?? Promise.resolve();
    const next = before.catch(() => undefined).then(() => this.takeOver());
    this.looking = next;
    await next;
  }

  /** Every pipeline that was not removed, by name. */
  async list(): Promise<LibraryPipeline[]> {
    await this.look();
    return this.book.names().flatMap((name) => this.shown(name) ?? []);
  }

  /**
   * The newest version of a pipeline, or the given one, also of one that was removed.
   *
   * @throws NotFoundError there is none
   */
  async get(name: string, version?: number): Promise<LibraryPipeline> {
    await this.look();
    const shown = version === undefined ? this.shown(name) : this.shown(name, version);
    if (shown) return shown;
    throw new NotFoundError(
      "pipeline",
      version === undefined ? name : `${name} v${version}`,
      this.book.versions(name).length > 0 && version === undefined ? "it was removed" : "list those there are",
    );
  }

  /** The number of the newest version, a removal included; 0 where there never was one. It is what `expected` takes. */
  async newest(name: string): Promise<number> {
    await this.look();
    return this.book.newest(name)?.version ?? 0;
  }

  /** The pipeline, if this is its content already, whatever its spaces and the order of its keys; else null. */
  async same(name: string, document: unknown): Promise<LibraryPipeline | null> {
    await this.look();
    const hash = contentHash(document);
    return this.book.newest(name)?.hash === hash ? this.shown(name) : null;
  }

  /** Names of the registered code: what a document's steps may be of, and what its conditions may call. */
  code(): { readonly steps: readonly string[]; readonly functions: readonly string[] } {
    const { steps = {}, functions = {} } = this.options;
    const known = [...Object.keys(functions), ...Object.keys(builtInFunctions)];
    return { steps: Object.keys(steps).sort(), functions: [...new Set(known)].sort() };
  }

  /** What is wrong with a document, without keeping it. */
  async check(document: unknown): Promise<DocumentCheck> {
    const { definition, problems, warnings } = checkPipeline(document);
    if (!definition) return { problems, warnings };
    return { problems: (await findCode(definition, this.options)).problems, warnings };
  }

  /** Tries a document out without keeping it, with this library's code and the engine's services; see `dryRunPipeline`. */
  dryRun(document: unknown, options: Omit<DryRunOptions, "code" | "services"> = {}): Promise<DryRunReport> {
    return dryRunPipeline(document, { ...options, code: this.options, services: this.engine.services });
  }

  /**
   * Keeps a document as the next version of its pipeline, and registers it. One whose content is that of the newest version changes
   * nothing, whatever its spaces and the order of its keys.
   *
   * @throws FlowDefinitionError with everything that is wrong with it, code that is not here included
   * @throws InvalidStateError a workflow in code has this name, or the newest version is not the expected one
   */
  async put(document: unknown, options: PutPipelineOptions = {}): Promise<LibraryPipeline & { changed: boolean }> {
    const { problems } = await this.check(document);
    const given = document as PipelineDocument;
    const title = (given as { name?: unknown } | null)?.name;
    if (problems.length > 0) throw new FlowDefinitionError(typeof title === "string" ? title : "pipeline", problems);
    const name = options.name ?? slugOf(given.name);
    if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(name)) {
      const message = 'must be 1 to 100 small letters, digits and "-"';
      throw new ValidationError("pipeline", [{ path: "name", message }]);
    }
    await this.look();
    const newest = this.expect(name, options.expected);
    const same = await this.same(name, document);
    if (same) return { ...same, changed: false };
    await this.write(name, newest, { document: given, hash: contentHash(document), by: options.by ?? null });
    return { ...(await this.get(name)), changed: true };
  }

  /**
   * Removes a pipeline: no run of it begins any more, in any process. Runs it has go on, and its versions can still be read.
   *
   * @throws NotFoundError there is none
   * @throws InvalidStateError the newest version is not the expected one
   */
  async remove(name: string, options: Pick<PutPipelineOptions, "expected" | "by"> = {}): Promise<void> {
    await this.get(name);
    const newest = this.expect(name, options.expected);
    await this.write(name, newest, { document: null, hash: null, by: options.by ?? null });
    await this.look();
  }

  private async write(
    name: string,
    newest: PipelineVersion | null,
    next: Pick<PipelineVersion, "document" | "hash" | "by">,
  ): Promise<void> {
    const version = (newest?.version ?? 0) + 1;
    if (await this.book.write({ name, version, ...next, at: Date.now() })) return;
    await this.look();
    throw conflict(name, this.book.newest(name)?.version ?? 0);
  }

  private expect(name: string, expected: number | undefined): PipelineVersion | null {
    const isCode = this.engine.workflows().some((one) => one.name === name) && this.book.newest(name) === null;
    if (isCode)
      throw new InvalidStateError(`"${name}" is a workflow in code: give the pipeline another name`, { name });
    const newest = this.book.newest(name);
    if (expected !== undefined && expected !== (newest?.version ?? 0)) throw conflict(name, newest?.version ?? 0);
    return newest;
  }

  private shown(name: string, version?: number): LibraryPipeline | null {
    const all = this.book.versions(name);
    const found = version === undefined ? all[0] : all.find((one) => one.version === version);
    if (!found || found.document === null) return null;
    const flow = this.flows.get(name)?.get(found.version);
    const versions = all.filter(({ document }) => document !== null).map((one) => one.version);
    return { ...found, versions, problems: Array.isArray(flow) ? flow : [] };
  }

  private async takeOver(): Promise<void> {
    for (const name of await this.book.look()) {
      const known = this.flows.get(name) ?? new Map<number, Flow | readonly Issue[]>();
      this.flows.set(name, known);
      const versions = this.book.versions(name).toReversed();
      for (const { version, document } of versions) {
        if (document !== null && !known.has(version)) known.set(version, await this.register(name, version, document));
      }
      if (this.book.newest(name)?.document === null) this.engine.retire(name);
    }
  }

  /** The version as a workflow of the engine; or why it cannot be one here. */
  private async register(name: string, version: number, document: PipelineDocument): Promise<Flow | readonly Issue[]> {
    try {
      const flow = await loadPipeline(document, { ...this.options, name, version });
      this.engine.register(flow);
      return flow;
    } catch (error) {
      if (error instanceof FlowDefinitionError) return error.problems;
      return [{ path: "", message: error instanceof Error ? error.message : String(error) }];
    }
  }
}

function conflict(name: string, version: number): InvalidStateError {
  const state = version === 0 ? "is not there" : `is at version ${version}`;
  return new InvalidStateError(`pipeline "${name}" ${state}: read it again, then change that`, { name, version });
}
