import { type Engine, HoldpointError, type RecordRow } from "@holdpoint/core";
import type { PipelineDocument } from "../pipeline/document.ts";

/** One version of a pipeline, as it is kept. */
export interface PipelineVersion {
  /** The workflow's name. */
  readonly name: string;
  /** From 1. Removing a pipeline takes a number, too. */
  readonly version: number;
  /** SHA-256 of the content, whatever its spaces and the order of its keys; null for a removal. */
  readonly hash: string | null;
  /** The document; null: with this version the pipeline was removed. */
  readonly document: PipelineDocument | null;
  /** Who put it there, if it was said. */
  readonly by: string | null;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

const versionKind = "pipelineVersion";
/** A few bytes a pipeline, raised with each version of it: what is looked at again and again. */
const changeKind = "pipelineChange";
const pageSize = 200;

/** The versions of a library's pipelines: a record each, written once, and read again only where something changed. */
export class LibraryBook {
  private readonly engine: Engine;
  private readonly kept = new Map<string, PipelineVersion[]>();
  private readonly seen = new Map<string, number>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  names(): string[] {
    return [...this.kept.keys()].sort();
  }

  /** Newest first, removals included. */
  versions(name: string): readonly PipelineVersion[] {
    return this.kept.get(name) ?? [];
  }

  newest(name: string): PipelineVersion | null {
    return this.versions(name)[0] ?? null;
  }

  /** Reads what changed since the last look; gives the names of what did. */
  async look(): Promise<string[]> {
    await this.engine.open();
    const changed: string[] = [];
    for await (const row of this.rows(changeKind, "")) {
      if (this.seen.get(row.id) === row.revision) continue;
      const versions: PipelineVersion[] = [];
      for await (const { body } of this.rows(versionKind, `${row.id}@`)) versions.push(JSON.parse(body));
      this.kept.set(row.id, versions.reverse());
      // Behind the versions: what was written meanwhile is seen the next time.
      this.seen.set(row.id, row.revision);
      changed.push(row.id);
    }
    return changed;
  }

  /** Writes a version; false when somebody else has written it. */
  async write(version: PipelineVersion): Promise<boolean> {
    const at = Date.now();
    const { store, namespace } = this.engine;
    const id = `${version.name}@${String(version.version).padStart(9, "0")}`;
    const body = JSON.stringify(version);
    const [written, noted] = await store.commit(namespace, [
      { type: "putRecord", kind: versionKind, id, body, expiresAt: null, expected: "absent", at },
      { type: "putRecord", kind: changeKind, id: version.name, body: "{}", expiresAt: null, expected: "any", at },
    ]);
    for (const result of [written, noted])
      if (result?.type === "refused")
        throw new HoldpointError("STORE", `pipeline "${version.name}" was not taken: ${result.reason}`);
    // After an answer that was lost, what stands there is what we wrote.
    return written?.type === "put" || (written?.type === "changed" && written.record?.body === body);
  }

  private async *rows(kind: string, prefix: string): AsyncGenerator<RecordRow> {
    const { store, namespace } = this.engine;
    for (let after: string | undefined; ; ) {
      const page = { prefix, limit: pageSize, now: Date.now(), ...(after === undefined ? {} : { after }) };
      const rows = await store.records(namespace, kind, page);
      yield* rows;
      after = rows.at(-1)?.id;
      if (rows.length < pageSize) return;
    }
  }
}
