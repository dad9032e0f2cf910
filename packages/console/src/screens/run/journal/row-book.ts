import { parseKey } from "./key.ts";
import type { Mark, Row, RowState, RunEvent, Span } from "./row.ts";

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
    const row = this.rowOf(event.key, Date.parse(event.startedAt), event.seq);
    const startedAt = Date.parse(event.startedAt);
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
      row.spans.push(spanOf("queue", this.lastAt, startedAt));
    if (last && last.to === null) last.to = Math.max(last.from, startedAt);
    if (phase === "opened") {
      row.state = "open";
      row.to = null;
      row.spans.push({ kind: "run", from: startedAt, to: null, failed: false });
      return;
    }
    if (last?.kind === "run" && last.from >= startedAt) row.spans.pop();
    row.spans.push({ kind: "run", from: startedAt, to: Math.max(at, startedAt), failed: event.outcome === "error" });
    if (phase === "attempt") {
      row.spans.push({ kind: "retry", from: at, to: null, failed: false });
      row.state = "open";
      row.to = null;
    } else this.close(row, at, stateOf(event));
  }

  private reopen(row: Row, from: number): void {
    const kind = row.kind === "hold" ? "human" : "wait";
    row.state = "open";
    row.to = null;
    row.spans.push({ kind, from, to: null, failed: false });
  }

  private close(row: Row, at: number, state: RowState): void {
    const last = row.spans.at(-1);
    if (last && last.to === null) last.to = Math.max(at, last.from);
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
    (parent?.children ?? this.top).push(row);
    return row;
  }
}

const spanOf = (kind: Span["kind"], from: number, to: number): Span => ({ kind, from, to, failed: false });

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
