import { HoldpointError } from "../errors.ts";
import type { RunFilter } from "../store/store.ts";
import { cancelRun } from "./control.ts";
import type { EngineParts } from "./parts.ts";
import { retryRun } from "./retry.ts";

/** What a bulk operation did, run by run. */
export interface BulkResult {
  /** Ids of the runs it was done to. */
  done: string[];
  /** Runs it could not be done to, and why. */
  refused: { id: string; reason: string }[];
}

export function bulkCancel(
  parts: EngineParts,
  filter: RunFilter,
  reason: string,
  by: string | null,
): Promise<BulkResult> {
  const live = filter.status ?? (["ready", "running", "parked", "paused", "diverged"] as const);
  return forEach(parts, { ...filter, status: live }, (id) => cancelRun(parts, id, reason, by === null ? {} : { by }));
}

export function bulkRetry(parts: EngineParts, filter: RunFilter, by: string | null): Promise<BulkResult> {
  const retryable = filter.status ?? (["failed", "diverged"] as const);
  return forEach(parts, { ...filter, status: retryable }, (id) => retryRun(parts, id, by));
}

/** Collects the runs first: what is done to them changes which ones the filter finds. */
async function forEach(parts: EngineParts, filter: RunFilter, act: (id: string) => Promise<void>): Promise<BulkResult> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await parts.store.runs(parts.namespace, filter, { limit: 1000, cursor });
    ids.push(...page.items.map((row) => row.id));
    cursor = page.cursor;
  } while (cursor !== null);
  const result: BulkResult = { done: [], refused: [] };
  for (let at = 0; at < ids.length; at += 100) {
    await Promise.all(
      ids.slice(at, at + 100).map(async (id) => {
        try {
          await act(id);
          result.done.push(id);
        } catch (error) {
          if (!(error instanceof HoldpointError)) throw error;
          result.refused.push({ id, reason: error.message });
        }
      }),
    );
  }
  return result;
}
