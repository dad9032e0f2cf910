import { parseKey } from "./key.ts";
import type { Mark, Row, RowState, RunEvent, Span, SpanKind } from "./row.ts";
import { Moments, Stretches } from "./stretches.ts";

const marked = new Set(["cancel", "pause", "resume", "retry", "migrate"]);

/**
 * The journal as rows. Events are added one by one, in order, as they come; what a thousand events more cost does not depend on how
 * many were there before.
 */
export class RowBook {
  /** The rows of the outermost scope, in the order in which they began. */
  readonly top: Row[] = [];
  readonly events: RunEvent[] = [];
  readonly marks: Mark[] = [];
  opened: RunEvent | null = null;
  settled: RunEvent | null = null;
  /** When anything began or ended, ms since the epoch. */
  readonly moments = new Moments();
  /** What is over, by kind. */
  readonly stretches: Readonly<Record<SpanKind, Stretches>> = {
    ...{ run: new Stretches(), queue: new Stretches(), human: new Stretches() },
    ...{ retry: new Stretches(), wait: new Stretches() },
  };
  /** Rows whose last stretch lasts. */
  readonly lasting = new Set<Row>();
  private readonly rows = new Map<string, Row>();
  private readonly openSignals = new Map<string, Row[]>();
  private inherited = 0;
  private lastAt = 0;
  private handedOver = false;

  get(key: string): Row | undefined {
    return this.rows.get(key);
  }

  all(): Iterable<Row> {
    return this.rows.values();
  }

  /** The moment of the newest event, ms since the epoch. */
  get newestAt(): number {
    return this.lastAt;
  }

  add(event: RunEvent): void {
    this.events.push(event);
    const at = Date.parse(event.at);
    const [kind = "", phase = ""] = event.type.split(".");
    if (kind === "run") this.addRun(event, phase);
    else if (kind === "mail") this.addMail(event, phase, at);
    else if (kind !== "patch" && kind !== "version" && kind !== "label" && event.key !== "")
      this.addEntry(event, phase, at);
    this.handedOver = kind === "mail" || event.type === "run.opened";
    this.lastAt = Math.max(this.lastAt, at);
  }

  private addRun(event: RunEvent, phase: string): void {
    if (phase === "opened") {
      this.opened = event;
      this.inherited = Number((event.measures as { inherited?: number } | null)?.inherited ?? 0);
    } else if (phase === "settled") this.settled = event;
  }

  private addMail(event: RunEvent, kind: string, at: number): void {
    if (marked.has(kind)) {
      this.marks.push({ at, kind, by: event.by });
      if (kind === "retry") this.settled = null;
      return;
    }
    const row = kind === "signal" ? this.openSignals.get(event.key)?.shift() : this.rows.get(event.key);
    if (row === undefined) return;
    row.events.push(event);
    // A vote that decides nothing yet does not come as mail: what comes closes what was open.
    if (row.kind !== "step") this.close(row, at, event.outcome === "error" ? "error" : "ok");
    else touch(row);
  }

  private addEntry(event: RunEvent, phase: string, at: number): void {
    const startedAt = event.startedAt === event.at ? at : Date.parse(event.startedAt);
    const row = this.rowOf(event.key, startedAt, event.seq);
    row.events.push(event);
    row.attempts = Math.max(row.attempts, event.attempt);
    if (row.kind === "step") this.addStep(row, event, phase, startedAt, at);
    else if (phase === "opened") {
      this.reopen(row, startedAt);
      if (row.kind === "signal") this.openSignals.set(row.name, [...(this.openSignals.get(row.name) ?? []), row]);
    } else if (phase === "settled") this.close(row, at, stateOf(event));
    touch(row);
  }

  private addStep(row: Row, event: RunEvent, phase: string, startedAt: number, at: number): void {
    const last = row.spans.at(-1);
    if (this.handedOver && !last && startedAt - this.lastAt > 1)
      this.put(row, { kind: "queue", from: this.lastAt, to: startedAt, failed: false });
    this.end(row, startedAt);
    if (phase === "opened") return this.begin(row, "run", startedAt);
    if (last?.kind === "run" && last.from >= startedAt) row.spans.pop();
    const failed = event.outcome === "error";
    this.put(row, { kind: "run", from: startedAt, to: Math.max(at, startedAt), failed });
    if (phase === "attempt") this.begin(row, "retry", at);
    else this.close(row, at, stateOf(event));
  }

  private reopen(row: Row, from: number): void {
    this.begin(row, row.kind === "hold" ? "human" : "wait", from);
  }

  /** A stretch begins that lasts. */
  private begin(row: Row, kind: SpanKind, from: number): void {
    row.state = "open";
    row.to = null;
    this.put(row, { kind, from, to: null, failed: false });
  }

  /** Adds a stretch, and counts it if it is over. */
  private put(row: Row, span: Span): void {
    row.spans.push(span);
    this.moments.add(span.from);
    if (span.to === null) this.lasting.add(row);
    else this.count(span.kind, span.from, span.to);
  }

  /** Ends what lasts. */
  private end(row: Row, at: number): void {
    const last = row.spans.at(-1);
    if (last === undefined || last.to !== null) return;
    last.to = Math.max(at, last.from);
    this.lasting.delete(row);
    this.count(last.kind, last.from, last.to);
  }

  private count(kind: SpanKind, from: number, to: number): void {
    this.moments.add(to);
    this.stretches[kind].add(from, to);
  }

  private close(row: Row, at: number, state: RowState): void {
    this.end(row, at);
    row.to = at;
    row.state = state;
    touch(row);
  }

  /** The row of a key, made with the combinators and branches it stands in when it is new. */
  private rowOf(key: string, from: number, seq: number): Row {
    const known = this.rows.get(key);
    if (known) return known;
    const { scopes, kind, name, n } = parseKey(key);
    let parent: Row | null = null;
    for (const scope of scopes) {
      parent = this.ensure(scope.group, scope.kind, scope.kind, 1, parent, from, seq);
      if (scope.branch !== null) parent = this.ensure(scope.path, "branch", scope.branch, 1, parent, from, seq);
    }
    return this.ensure(key, kind, name, n, parent, from, seq);
  }

  private ensure(
    key: string,
    kind: string,
    name: string,
    n: number,
    parent: Row | null,
    from: number,
    seq: number,
  ): Row {
    const known = this.rows.get(key);
    if (known) return known;
    const row: Row = {
      ...{ key, kind, name, n, parent, from, to: from, depth: parent ? parent.depth + 1 : 0 },
      ...{ children: [], state: "ok", spans: [], events: [], attempts: 0, revision: 0 },
      inherited: seq <= this.inherited,
    };
    this.rows.set(key, row);
    this.moments.add(from);
    (parent?.children ?? this.top).push(row);
    return row;
  }
}

const stateOf = ({ outcome }: RunEvent): RowState => (outcome === null ? "ok" : outcome);

function touch(row: Row): void {
  for (let one: Row | null = row; one; one = one.parent) {
    one.revision++;
    if (one === row) continue;
    one.from = Math.min(one.from, row.from);
    if (one.kind === "branch" || one.events.length === 0) {
      const open = one.children.some(({ to }) => to === null);
      one.to = open ? null : Math.max(...[one.to ?? 0, row.to ?? 0]);
      if (open) one.state = "open";
      else if (one.state === "open") one.state = "ok";
    }
  }
}
