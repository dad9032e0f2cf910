import type { RouteInput } from "@holdpoint/client";

/** The pills above the list; each stands for some statuses. */
export const pills = {
  all: {},
  running: { status: ["ready", "running"] },
  person: { status: ["parked"], waiting: ["hold", "operator"] },
  waiting: { status: ["parked"], waiting: ["time", "signal", "child", "retry", "worker"] },
  paused: { status: ["paused"] },
  failed: { status: ["failed", "diverged"] },
  done: { status: ["completed"] },
  cancelled: { status: ["cancelled"] },
} as const satisfies Record<string, Pick<RouteInput<"runs.list">, "status" | "waiting">>;
export type Pill = keyof typeof pills;

/** The columns that can be shown or not; id and status always are. */
export const optionalColumns = [
  "version",
  "by",
  "started",
  "took",
  "wait",
  "cost",
  "attributes",
  "queue",
  "thread",
  "outcome",
] as const;
export type OptionalColumn = (typeof optionalColumns)[number];
export const usualColumns: readonly OptionalColumn[] = ["by", "started", "took", "wait"];

/** The list of runs, as its address says it. */
export interface RunsSearch {
  show?: Pill;
  workflow?: string;
  /** The beginning of an id. */
  id?: string;
  /** `customer=ana`. */
  attribute?: string;
  thread?: string;
  /** Started in the last so many hours. */
  hours?: number;
  /** Columns that are shown, when they are not the usual ones. */
  columns?: string;
}

export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const text = (name: keyof RunsSearch): object => {
    const value = search[name];
    return typeof value === "string" && value !== ""
      ? { [name]: value }
      : typeof value === "number"
        ? { [name]: String(value) }
        : {};
  };
  const { show, hours } = search;
  return {
    ...(typeof show === "string" && show in pills && show !== "all" ? { show: show as Pill } : {}),
    ...text("workflow"),
    ...text("id"),
    ...(typeof search.attribute === "string" && /^[^=]+=/.test(search.attribute) ? text("attribute") : {}),
    ...text("thread"),
    ...(typeof hours === "number" && hours > 0 && hours <= 24 * 365 ? { hours } : {}),
    ...(typeof search.columns === "string" ? { columns: search.columns } : {}),
  };
}

/** Those filters that hide something, besides the pill. */
export const filtersOf = ({ show: _, columns: _2, ...filters }: RunsSearch): Omit<RunsSearch, "show" | "columns"> =>
  filters;

export function columnsOf({ columns }: RunsSearch): readonly OptionalColumn[] {
  if (columns === undefined) return usualColumns;
  const chosen = columns.split(".");
  return optionalColumns.filter((one) => chosen.includes(one));
}

/** The filter as a list of runs takes it. `openedAt` keeps the hours from moving with every look. */
export function filterOf({ show = "all", workflow, id, attribute, thread, hours }: RunsSearch, openedAt: number) {
  const { status, waiting } = pills[show] as { status?: readonly string[]; waiting?: readonly string[] };
  return {
    ...(status ? { status: [...status] as NonNullable<RouteInput<"runs.list">["status"]> } : {}),
    ...(waiting ? { waiting: [...waiting] as NonNullable<RouteInput<"runs.list">["waiting"]> } : {}),
    ...(workflow === undefined ? {} : { workflow }),
    ...(id === undefined ? {} : { idPrefix: id }),
    ...(attribute === undefined ? {} : { attribute: [attribute] }),
    ...(thread === undefined ? {} : { thread }),
    ...(hours === undefined ? {} : { createdAfter: new Date(openedAt - hours * 3_600_000).toISOString() }),
  };
}
