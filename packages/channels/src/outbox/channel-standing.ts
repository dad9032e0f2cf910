import type { Engine, Run } from "@holdpoint/core";
import type { Channel, NoticeKind } from "../notice/notice.ts";
import { deliveryName } from "./names.ts";

/** A channel as whoever administers it sees it: what it is, and whether its messages arrive. */
export interface ChannelStanding {
  /** As recipients name it. */
  name: string;
  /** `mail`, `slack`, `teams`, `webhook`, `terminal`, `approval-system`, or `custom`. */
  type: string;
  /** The host or the system it leads to; null where nothing is said. */
  target: string | null;
  /** Whether links that decide go into its messages. */
  private: boolean;
  /** What it tells of. */
  kinds: readonly NoticeKind[];
  /** Whether its last message arrived; `unknown` where none was sent lately. */
  health: "ok" | "failing" | "unknown";
  /** Of the newest 500 messages of all channels: those of this one, by what became of them. */
  recent: { sent: number; waiting: number; dead: number };
  lastSentAt: Date | null;
  lastFailedAt: Date | null;
  /** What the last one that failed for good failed with. */
  lastError: string | null;
}

/** So many messages are looked at, the newest: what stands further back says nothing of today. */
const looked = 500;
const defaultKinds: readonly NoticeKind[] = ["asked", "reminder", "escalated", "closed"];

/** How the channels of an outbox stand, in the order they are given. One page of runs is read, whatever was ever sent. */
export async function standingOfChannels(
  engine: Engine,
  channels: Readonly<Record<string, Channel>>,
): Promise<ChannelStanding[]> {
  const { items } = await engine.runs({ workflow: deliveryName }, { limit: looked });
  return Object.entries(channels).map(([name, channel]) => ({
    name,
    type: channel.about?.type ?? "custom",
    target: channel.about?.target ?? null,
    private: channel.private,
    kinds: channel.kinds ?? defaultKinds,
    ...healthOf(items.filter(({ attributes }) => attributes.channel === name)),
  }));
}

/** Of the messages of one channel, newest first. */
function healthOf(runs: readonly Run[]) {
  const sent = runs.filter(({ status, outcome }) => status === "completed" && outcome !== "skipped");
  const dead = runs.filter(({ status }) => status === "failed" || status === "diverged");
  const [lastSent, lastDead] = [latest(sent), latest(dead)];
  const endOf = (run: Run | null): number => run?.finishedAt?.getTime() ?? 0;
  const worst = lastDead !== null && endOf(lastDead) >= endOf(lastSent) ? ("failing" as const) : ("ok" as const);
  return {
    health: lastSent === null && lastDead === null ? ("unknown" as const) : worst,
    recent: {
      sent: sent.length,
      waiting: runs.filter(({ finishedAt }) => finishedAt === null).length,
      dead: dead.length,
    },
    lastSentAt: lastSent?.finishedAt ?? null,
    lastFailedAt: lastDead?.finishedAt ?? null,
    lastError: lastDead?.note ?? null,
  };
}

function latest(runs: readonly Run[]): Run | null {
  const byEnd = [...runs].sort((a, b) => (b.finishedAt?.getTime() ?? 0) - (a.finishedAt?.getTime() ?? 0));
  return byEnd[0] ?? null;
}
