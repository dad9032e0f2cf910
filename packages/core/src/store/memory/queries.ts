import type {
  Backlog,
  History,
  HistoryRange,
  HoldFilter,
  HoldRow,
  Page,
  PageOf,
  RunFilter,
  RunPk,
  RunRow,
  RunStatus,
  Severity,
  StoreSizes,
} from "../store.ts";
import { inWorkflowSet } from "../workflow-set.ts";
import type { MemoryHold, MemoryRun } from "./rows.ts";
import { firstAfter, holdRow, runRow } from "./rows.ts";
import type { Space } from "./space.ts";

export function history(space: Space, wanted: readonly HistoryRange[]): History[] {
  return wanted.map(({ pk, after, until = Number.POSITIVE_INFINITY }) => {
    const run = space.runs.get(pk);
    if (run === undefined) return { entries: [], mail: [] };
    const part = <T>(list: readonly T[], numberOf: (item: T) => number): T[] =>
      list.slice(firstAfter(list, after, numberOf), firstAfter(list, until, numberOf));
    return { entries: part(run.entries, (entry) => entry.seq), mail: part(run.mail, (mail) => mail.n) };
  });
}

export function unread(
  space: Space,
  owned: readonly { pk: RunPk; epoch: number; seq: number }[],
): { pk: RunPk; seq: number; fenced: boolean }[] {
  const news: { pk: RunPk; seq: number; fenced: boolean }[] = [];
  for (const { pk, epoch, seq } of owned) {
    const row = space.runs.get(pk)?.row;
    const fenced = row === undefined || row.epoch !== epoch || row.status !== "running";
    if (fenced || row.seq > seq) news.push({ pk, seq: row?.seq ?? seq, fenced });
  }
  return news;
}

export function generations(space: Space, id: string): RunRow[] {
  const found: RunRow[] = [];
  for (let run = space.current.get(id) ?? null; run !== null; run = run.previous) found.push(runRow(run));
  return found.reverse();
}

export function children(space: Space, pk: RunPk): RunRow[] {
  const found: RunRow[] = [];
  for (const child of space.runs.get(pk)?.children ?? []) {
    const run = space.runs.get(child);
    if (run !== undefined && run.nextPk === null) found.push(runRow(run));
  }
  return found;
}

/** Newest first, from behind the cursor; the cursor is the last number given out, so new rows move nothing. */
function page<T, R>(
  list: readonly T[],
  { limit, cursor }: Page,
  numberOf: (item: T) => number,
  matches: (item: T) => boolean,
  rowOf: (item: T) => R,
): PageOf<R> {
  const below = cursor === null ? Number.POSITIVE_INFINITY : Number(cursor);
  const items: R[] = [];
  let last = 0;
  for (let i = firstAfter(list, below - 1, numberOf) - 1; i >= 0; i--) {
    const item = list[i];
    if (item === undefined || !matches(item)) continue;
    if (items.length === limit) return { items, cursor: String(last) };
    items.push(rowOf(item));
    last = numberOf(item);
  }
  return { items, cursor: null };
}

export function runs(space: Space, filter: RunFilter, wanted: Page): PageOf<RunRow> {
  const matches = (run: MemoryRun): boolean =>
    run.nextPk === null && space.runs.get(run.row.pk) === run && matchesRun(space, run.row, filter);
  return page(space.created, wanted, (run) => run.row.pk, matches, runRow);
}

function matchesRun(space: Space, row: RunRow, filter: RunFilter): boolean {
  if (filter.workflow !== undefined && row.workflow !== filter.workflow) return false;
  if (filter.workflows !== undefined && !inWorkflowSet(row.workflow, filter.workflows)) return false;
  if (filter.version !== undefined && row.version !== filter.version) return false;
  if (filter.status !== undefined && !filter.status.includes(row.status)) return false;
  if (filter.waiting !== undefined && (row.waiting === null || !filter.waiting.includes(row.waiting))) return false;
  if (filter.outcome !== undefined && row.outcome !== filter.outcome) return false;
  if (filter.queue !== undefined && row.queue !== filter.queue) return false;
  if (filter.thread !== undefined && row.thread !== filter.thread) return false;
  if (filter.idPrefix !== undefined && !row.id.startsWith(filter.idPrefix)) return false;
  if (filter.parentId !== undefined) {
    const parent = row.parent === null ? undefined : space.runs.get(row.parent.pk);
    if (parent?.row.id !== filter.parentId) return false;
  }
  if (filter.createdAfter !== undefined && row.createdAt <= filter.createdAfter) return false;
  if (filter.createdBefore !== undefined && row.createdAt >= filter.createdBefore) return false;
  const { finishedAfter, finishedBefore } = filter;
  if (finishedAfter !== undefined && (row.finishedAt === null || row.finishedAt <= finishedAfter)) return false;
  if (finishedBefore !== undefined && (row.finishedAt === null || row.finishedAt >= finishedBefore)) return false;
  for (const [name, value] of Object.entries(filter.attributes ?? {})) {
    if ((row.attributes[name] ?? null) !== value) return false;
  }
  return true;
}

export function holds(space: Space, filter: HoldFilter, wanted: Page): PageOf<HoldRow> {
  const matches = (hold: MemoryHold): boolean => space.holds.get(hold.row.id) === hold && matchesHold(hold.row, filter);
  if (filter.order === "due") return holdsByDue(space.openedHolds.filter(matches), wanted);
  return page(space.openedHolds, wanted, (hold) => hold.pk, matches, holdRow);
}

const severities: readonly Severity[] = ["low", "medium", "high", "critical"];

/** The next time, the severity, the number: what comes first has the smaller ones. */
const dueRank = ({ row, pk }: MemoryHold): [number, number, number] => [
  row.nextAt ?? Number.MAX_SAFE_INTEGER,
  -severities.indexOf(row.severity),
  pk,
];

const byRank = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

function holdsByDue(found: readonly MemoryHold[], { limit, cursor }: Page): PageOf<HoldRow> {
  const from = cursor === null ? null : cursor.split("_").map(Number);
  const ranked = found
    .map((hold) => ({ hold, rank: dueRank(hold) }))
    .filter(({ rank }) => from === null || byRank(rank, from) > 0)
    .sort((a, b) => byRank(a.rank, b.rank));
  const items = ranked.slice(0, limit);
  const last = ranked.length > limit ? items.at(-1) : undefined;
  return { items: items.map(({ hold }) => holdRow(hold)), cursor: last?.rank.join("_") ?? null };
}

function matchesHold(row: HoldRow, filter: HoldFilter): boolean {
  if (filter.status !== undefined && !filter.status.includes(row.status)) return false;
  if (filter.runId !== undefined && row.runId !== filter.runId) return false;
  if (filter.workflow !== undefined && row.workflow !== filter.workflow) return false;
  if (filter.workflows !== undefined && !inWorkflowSet(row.workflow, filter.workflows)) return false;
  if (filter.name !== undefined && row.name !== filter.name) return false;
  if (filter.severity !== undefined && !filter.severity.includes(row.severity)) return false;
  if (filter.origin !== undefined && row.origin !== filter.origin) return false;
  if (filter.dueBefore !== undefined && (row.nextAt === null || row.nextAt >= filter.dueBefore)) return false;
  return true;
}

export function dueHolds(space: Space, now: number, limit: number): HoldRow[] {
  const due: MemoryHold[] = [];
  while (due.length < limit) {
    const hold = space.dueHolds.first();
    if (hold === null || (hold.row.nextAt ?? 0) > now) break;
    space.dueHolds.pop();
    due.push(hold);
  }
  for (const hold of due) hold.due = space.dueHolds.push(hold);
  return due.map(holdRow);
}

export function sizes(space: Space): StoreSizes {
  const counts: Record<RunStatus, number> = {
    ready: 0,
    running: 0,
    parked: 0,
    paused: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    diverged: 0,
  };
  let bytes = 0;
  const queues = new Map<string, Waiting>();
  const holds = new Map<Severity, Waiting>();
  for (const run of space.runs.values()) {
    if (run.nextPk === null) counts[run.row.status] += 1;
    if (run.row.status === "ready" && !run.delayed) waits(queues, run.row.queue, run.row.readyAt);
    for (const entry of run.entries) bytes += 64 + (entry.payload?.bytes.length ?? 0);
    for (const mail of run.mail) bytes += 32 + (mail.payload?.bytes.length ?? 0);
    for (const chunk of run.chunks?.values() ?? []) bytes += chunk.length;
    for (const item of run.stream ?? []) bytes += item.length;
  }
  for (const hold of space.holds.values()) {
    bytes += hold.row.request.bytes.length;
    if (hold.row.status === "open") waits(holds, hold.row.severity, hold.row.openedAt);
  }
  return {
    runs: counts,
    openHolds: [...holds.values()].reduce((sum, { count }) => sum + count, 0),
    queues: [...queues].map(([queue, waiting]) => ({ queue, ...waiting })),
    holds: [...holds].map(([severity, waiting]) => ({ severity, ...waiting })),
    bytes,
  };
}

type Waiting = Omit<Backlog, "queue">;

function waits<K>(groups: Map<K, Waiting>, group: K, since: number): void {
  const { count, oldest } = groups.get(group) ?? { count: 0, oldest: since };
  groups.set(group, { count: count + 1, oldest: Math.min(oldest, since) });
}
