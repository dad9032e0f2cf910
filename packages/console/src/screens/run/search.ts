/** What the address of a run says beside which run it is. */
export interface RunSearch {
  /** Which tab; the timeline when it is left out. */
  tab?: RunTab;
  /** The key of what is looked at. */
  at?: string;
  /** The generation, of a run that went on as a new one; the newest when it is left out. */
  part?: number;
}

export const runTabs = ["timeline", "graph", "events", "state", "values", "trace", "decisions", "agents"] as const;
export type RunTab = (typeof runTabs)[number];

export function readRunSearch(search: Record<string, unknown>): RunSearch {
  const { tab, at, part } = search;
  return {
    ...(runTabs.includes(tab as RunTab) && tab !== "timeline" ? { tab: tab as RunTab } : {}),
    ...(typeof at === "string" && at !== "" ? { at } : {}),
    ...(Number.isInteger(part) && Number(part) > 0 ? { part: Number(part) } : {}),
  };
}
