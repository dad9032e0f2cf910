import { z } from "zod";
import { moment } from "./text.ts";

const count = z.int().min(0);

/** A way to people, and whether its messages arrive. Never with a secret. */
export const Channel = z
  .object({
    name: z.string(),
    type: z.string().describe("`mail`, `slack`, `teams`, `webhook`, `terminal`, `approval-system`, or `custom`"),
    target: z.string().nullable().describe("the host or the system it leads to"),
    private: z.boolean().describe("whether links that decide go into its messages"),
    kinds: z.array(z.string()).describe("what it tells of: `asked`, `reminder`, `escalated`, `closed`, `changed`"),
    health: z.enum(["ok", "failing", "unknown"]).describe("whether its last message arrived"),
    recent: z
      .object({ sent: count, waiting: count, dead: count })
      .describe("of the newest 500 messages of all channels, those of this one"),
    lastSentAt: moment.nullable(),
    lastFailedAt: moment.nullable().describe("when a message was given up last"),
    lastError: z.string().nullable(),
  })
  .meta({ id: "Channel" });

/** What became of a test message. */
export const ChannelTest = z
  .object({
    ok: z.boolean().describe("the channel took it"),
    error: z.string().nullable().describe("why it did not"),
    ms: count.describe("how long it took"),
  })
  .meta({ id: "ChannelTest" });
