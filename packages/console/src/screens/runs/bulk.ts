import type { RouteInput } from "@holdpoint/client";
import { call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { rerun } from "../run/actions/rerun.ts";
import type { Run } from "./use-runs.ts";

export type BulkAction = "cancel" | "retry" | "rerun";

/** What was done, run by run. */
export interface BulkResult {
  done: string[];
  refused: { id: string; reason: string }[];
}

/** So many at a time: a browser opens six connections, and the feed has one. */
const atOnce = 4;

/** Does something to each of some runs. One that is refused leaves the others alone. */
export async function doToRuns(action: BulkAction, runs: readonly Run[], reason: string): Promise<BulkResult> {
  const result: BulkResult = { done: [], refused: [] };
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      try {
        await doTo(action, run, reason);
        result.done.push(run.id);
      } catch (error) {
        result.refused.push({ id: run.id, reason: problemText(error).detail });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return result;
}

async function doTo(action: BulkAction, run: Run, reason: string): Promise<void> {
  if (action === "rerun") await rerun(run);
  else if (action === "retry") await call("runs.retry", { run: run.id });
  else await call("runs.cancel", { run: run.id, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) });
}

/** Does something to every run that fits a filter, in one request. */
export function doToFilter(
  action: "cancel" | "retry",
  { attribute, ...filter }: RouteInput<"runs.list">,
  reason: string,
): Promise<BulkResult> {
  const { humanWait: _, limit: _1, cursor: _2, ...rest } = filter;
  const pairs = attribute?.map(
    (text) => [text.slice(0, text.indexOf("=")), read(text.slice(text.indexOf("=") + 1))] as const,
  );
  return call("runs.bulk", {
    action,
    filter: { ...rest, ...(pairs ? { attributes: Object.fromEntries(pairs) } : {}) },
    ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
  } as RouteInput<"runs.bulk">);
}

/** What looks like JSON is meant so, as in the list's own filter. */
function read(text: string): string | number | boolean | null {
  if (!/^(true|false|null|-?\d+(\.\d+)?|".*")$/s.test(text)) return text;
  try {
    return JSON.parse(text) as string | number | boolean | null;
  } catch {
    return text;
  }
}
