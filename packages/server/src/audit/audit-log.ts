import { setImmediate } from "node:timers/promises";
import { brokenLogLine, type Engine, HoldpointError, type LogLine, type NewLogLine } from "@holdpoint/core";
import { type AuditFilter, fits } from "./audit-filter.ts";
import { type AuditEntry, type AuditLine, auditEntry } from "./audit-line.ts";

/** The log's name in its namespace. */
const log = "audit";
const pageSize = 1000;
/** How many lines one page looks at: a filter that hardly anything fits is answered with fewer lines, not late. */
const mostLooked = 20_000;

/** A line for whoever writes it together with what it is about. */
export const auditLine = (entry: AuditEntry): { log: string; body: string } => ({ log, body: JSON.stringify(entry) });

/** Whether a chain holds, and how far it was read. */
export interface AuditVerification {
  intact: boolean;
  lines: number;
  /** Hash of the last line. */
  head: string | null;
  /** The first line that does not follow from the one before it. */
  brokenAt: number | null;
  /** Whether a head that was kept elsewhere is the hash of some line still; null where none was given. */
  hasHead: boolean | null;
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

  /**
   * Lines that fit, newest first. `next` is `before` of the next page; null on the last one. A page may have fewer lines than asked for, when few fit.
   */
  async page(
    filter: AuditFilter,
    { before, limit }: { before?: number; limit: number },
  ): Promise<{ items: AuditLine[]; next: number | null }> {
    const items: AuditLine[] = [];
    let at = before;
    for (let looked = 0; looked < mostLooked; ) {
      const lines = await this.read(filter, { newestFirst: true, ...(at === undefined ? {} : { before: at }) });
      for (const line of lines) {
        looked++;
        at = line.n;
        if (fits(line, filter)) items.push(line);
        if (items.length === limit) return { items, next: line.n > 1 ? line.n : null };
      }
      if (lines.length < pageSize) return { items, next: null };
    }
    return { items, next: at ?? null };
  }

  /** Every line that fits, oldest first, up to the last one there is when it gets there. */
  async *lines(filter: AuditFilter = {}): AsyncGenerator<AuditLine> {
    for (let after = 0; ; ) {
      const lines = await this.read(filter, { after });
      for (const line of lines) if (fits(line, filter)) yield line;
      after = lines.at(-1)?.n ?? after;
      if (lines.length < pageSize) return;
    }
  }

  private async read(
    { from, until }: AuditFilter,
    page: { after?: number; before?: number; newestFirst?: boolean },
  ): Promise<AuditLine[]> {
    await this.engine.open();
    const times = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
    const lines = await this.engine.store.logLines(this.engine.namespace, log, { ...page, ...times, limit: pageSize });
    return lines.map(readLine);
  }

  /**
   * Recomputes every link.
   *
   * @param anchor.head the head of an earlier verification: an end that was cut off since, or a chain that was made anew, does not have it any more
   */
  async verify(anchor: { head?: string } = {}): Promise<AuditVerification> {
    await this.engine.open();
    let before: LogLine | null = null;
    let hasHead = anchor.head === undefined ? null : false;
    for (;;) {
      const page: LogLine[] = await this.engine.store.logLines(this.engine.namespace, log, {
        after: before?.n ?? 0,
        limit: pageSize,
      });
      const brokenAt = brokenLogLine(log, page, before);
      before = page.at(-1) ?? before;
      if (hasHead === false) hasHead = page.some(({ hash }) => hex(hash) === anchor.head);
      const found = { lines: before?.n ?? 0, head: before && hex(before.hash), hasHead };
      if (brokenAt !== null) return { intact: false, ...found, brokenAt };
      if (page.length < pageSize) return { intact: true, ...found, brokenAt: null };
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function readLine({ n, at, body, hash }: LogLine): AuditLine {
  // The first lines ever written called the action a route.
  const { route, ...entry } = JSON.parse(body) as AuditEntry & { route?: string };
  return { ...auditEntry({ ...entry, action: entry.action ?? route ?? "" }), n, at, hash: hex(hash) };
}

/**
 * The audit log of an engine's namespace, as its server writes it: for reading, exporting and verifying it, and for writing down what an administrator does beside
 * the server.
 *
 * @example
 * import { auditLog } from "@holdpoint/server";
 * const { intact, lines } = await auditLog(engine).verify();
 * for await (const { by, action, outcome } of auditLog(engine).lines({ by: "ana" })) console.log(by, action, outcome);
 */
export function auditLog(engine: Engine, { now = Date.now }: { now?: () => number } = {}): AuditLog {
  return new AuditLog(engine, now);
}
