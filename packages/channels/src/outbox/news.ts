import { createHash } from "node:crypto";
import { type Engine, type Hold, type Workflow, workflow } from "@holdpoint/core";
import { type HoldHappening, isAsking, kindOf, type Recipient } from "../notice/notice.ts";
import type { DeliveryInput } from "./delivery.ts";
import { deliveryIdOf, laneOf, movedSignal, newsName, newsQueue, recipientMark } from "./names.ts";
import type { OutboxOptions } from "./outbox.ts";
import { ours } from "./schema.ts";

/** The news of one hold, from a line of its audit trail on. */
export interface NewsInput {
  hold: string;
  after: number;
}

/** What one look at a hold found. */
interface Look {
  seen: number;
  mark: string;
  closed: boolean;
  messages: { id: string; happening: HoldHappening; recipient: Recipient }[];
}

const defaultKinds = ["asked", "reminder", "escalated", "closed"];

/**
 * Follows one hold until it is closed: for each thing that happened to it, decides whom to tell, and starts a delivery for each. A
 * delivery's start and the record that the thing was seen are one transaction, so that neither a crash nor a second process makes
 * two messages of one.
 */
export function newsWorkflow(
  options: OutboxOptions,
  engine: () => Engine,
  delivery: Workflow<DeliveryInput, unknown>,
): Workflow<NewsInput, { seen: number }> {
  return workflow({ name: newsName, queue: newsQueue, input: ours<NewsInput>() }, async (ctx, { hold, after }) => {
    let seen = after;
    for (;;) {
      const from = seen;
      const found = await ctx.step("look", () => look(options, engine(), hold, from), {
        retry: { attempts: Number.POSITIVE_INFINITY, initial: "1s", max: "5m" },
      });
      for (const { id, happening, recipient } of found.messages) {
        const { channel } = recipient;
        await ctx.spawn(
          delivery,
          { id, hold, happening, recipient },
          {
            id: deliveryIdOf(id),
            queue: laneOf(channel),
            parentClose: "abandon",
            attributes: { hold, channel, action: happening.action },
          },
        );
      }
      seen = found.seen;
      ctx.set({ hold, mark: found.mark, seen });
      if (found.closed) return { seen };
      await ctx.signal(movedSignal, ours<undefined>());
    }
  });
}

async function look({ channels, route }: OutboxOptions, engine: Engine, holdId: string, after: number): Promise<Look> {
  const hold = await engine.hold(holdId);
  const events = (await engine.holdEvents(holdId)).filter(({ n }) => n > after);
  const messages: Look["messages"] = [];
  for (const { n, action, actor, channel, at } of events) {
    const happening: HoldHappening = { n, action, actor, channel, at };
    const kind = kindOf(action);
    // Nobody is asked what is decided.
    if (isAsking(kind) && isClosed(hold)) continue;
    for (const recipient of unlike(await route(hold, { kind, happening, directory: engine.directory }))) {
      const kinds: readonly string[] = channels[recipient.channel]?.kinds ?? defaultKinds;
      if (!(recipient.channel in channels) || kinds.includes(recipient.kind ?? kind))
        messages.push({ id: `${holdId}.${n}.${recipientMark(recipient)}`, happening, recipient });
    }
  }
  return { seen: events.at(-1)?.n ?? after, mark: markOf(hold), closed: isClosed(hold), messages };
}

/** Tells two states of a hold apart: what moves it, moves one of these. */
export function markOf(hold: Hold): string {
  const { status, revision, dueAt, progress } = hold;
  return createHash("sha256")
    .update(JSON.stringify([status, revision, dueAt, progress]))
    .digest("base64url")
    .slice(0, 16);
}

/** `answered` may open again. */
export const isClosed = (hold: Pick<Hold, "status">): boolean => hold.status !== "open" && hold.status !== "answered";

/** Who is named twice is told once. */
function unlike(recipients: readonly Recipient[]): Recipient[] {
  return [...new Map(recipients.map((one) => [JSON.stringify([one.channel, one.to, one.person]), one])).values()];
}
