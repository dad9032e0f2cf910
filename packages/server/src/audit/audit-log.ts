import { setImmediate } from "node:timers/promises";
import { brokenLogLine, type Engine, HoldpointError, type LogLine, type NewLogLine } from "@holdpoint/core";

/** The log's name in its namespace. */
const log = "audit";
const pageSize = 1000;

/** Who asked for what. Bodies are not kept: what is here is never removed. */
export interface AuditEntry {
  by: string;
  route: string;
  target: Record<string, unknown>;
  outcome: "asked" | "refused";
  code: string | null;
  address: string | null;
  requestId: string;
}

/** A line as it stands in the log. */
export interface AuditLine extends AuditEntry {
  n: number;
  at: number;
  hash: string;
}

/** The append-only, linked audit log of one namespace: an engine's own store keeps it. */
export class AuditLog {
  private readonly engine: Engine;
  private readonly now: () => number;
  private waiting: { line: NewLogLine; done: PromiseWithResolvers<void> }[] = [];
  private writing = false;

  constructor(engine: Engine, now: () => number) {
    this.engine = engine;
    this.now = now;
  }

  /** Resolves once the line is durable. Lines that come while others are being written share the next write. */
  append(entry: AuditEntry): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.waiting.push({ line: { at: this.now(), body: JSON.stringify(entry), key: null }, done });
    if (!this.writing) void this.write();
    return done.promise;
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      // All requests that have arrived are heard first: on SQLite a write keeps the process from hearing any.
      await setImmediate();
      const batch = this.waiting.splice(0, pageSize);
      try {
        await this.engine.open();
        const lines = batch.map(({ line }) => line);
        const [result] = await this.engine.store.commit(this.engine.namespace, [{ type: "log", log, lines }]);
        if (result.type === "refused")
          throw new HoldpointError("STORE", `the audit log was not written: ${result.reason}`);
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    this.writing = false;
  }

  /** Lines below a number and within times, newest first. */
  async page(filter: { before?: number; from?: number; until?: number; limit: number }): Promise<AuditLine[]> {
    await this.engine.open();
    const lines = await this.engine.store.logLines(this.engine.namespace, log, { ...filter, newestFirst: true });
    return lines.map(readLine);
  }

  /** Recomputes every link. */
  async verify(): Promise<{ intact: boolean; lines: number; head: string | null; brokenAt: number | null }> {
    await this.engine.open();
    let before: LogLine | null = null;
    for (;;) {
      const page: LogLine[] = await this.engine.store.logLines(this.engine.namespace, log, {
        after: before?.n ?? 0,
        limit: pageSize,
      });
      const brokenAt = brokenLogLine(log, page, before);
      before = page.at(-1) ?? before;
      const found = { lines: before?.n ?? 0, head: before && hex(before.hash) };
      if (brokenAt !== null) return { intact: false, ...found, brokenAt };
      if (page.length < pageSize) return { intact: true, ...found, brokenAt: null };
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const readLine = ({ n, at, body, hash }: LogLine): AuditLine => ({
  ...(JSON.parse(body) as AuditEntry),
  n,
  at,
  hash: hex(hash),
});
