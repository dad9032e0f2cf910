import type { AnyWorkflow, Engine, QueueOptions, Store } from "@holdpoint/core";

/**
 * What tells people of holds: `createOutbox` of `@holdpoint/channels`, which fits. In words of its own here, because that package may not be installed.
 *
 * @example
 * export default defineConfig({
 *   workflows: [refund],
 *   outbox: createOutbox({ channels: { mail: mail({ smtp, from }) }, route: toReviewers({ channel: "mail", address }) }),
 * });
 */
export interface OutboxSetting {
  /** What delivers: registered beside the project's workflows. */
  workflows: readonly AnyWorkflow[];
  /** How many messages of each channel at once. */
  queues: Readonly<Record<string, QueueOptions>>;
  /** Says which engine the messages of this process are about. */
  attach(engine: Engine): void;
  /** Follows what happens to holds; gives how to stop. */
  start(engine: Engine, options?: { store?: Store }): () => Promise<void>;
  /** What the channels are, and whether their messages arrive. */
  channels(): Promise<ChannelSetting[]>;
  /** Sends a test message to a person. */
  test(channel: string, person: string): Promise<{ ok: boolean; error: string | null; ms: number }>;
}

/** A channel as the outbox tells of it. */
export interface ChannelSetting {
  name: string;
  type: string;
  target: string | null;
  private: boolean;
  kinds: readonly ("asked" | "reminder" | "escalated" | "closed" | "changed")[];
  health: "ok" | "failing" | "unknown";
  recent: { sent: number; waiting: number; dead: number };
  lastSentAt: Date | null;
  lastFailedAt: Date | null;
  lastError: string | null;
}
