import type { Engine } from "@holdpoint/core";

const every = ["open", "answered", "decided", "expired", "withdrawn", "superseded"] as const;

/** How long a run has waited for people, in ms; holds that were open side by side count once. Of its newest hundred holds. */
export async function humanWaitOf(engine: Engine, runId: string, now: number): Promise<number> {
  const { items } = await engine.holds({ runId, status: every }, { limit: 100 });
  const waits = items
    .map(({ openedAt, closedAt }) => [openedAt.getTime(), closedAt?.getTime() ?? now] as const)
    .sort((a, b) => a[0] - b[0]);
  let sum = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of waits) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}
