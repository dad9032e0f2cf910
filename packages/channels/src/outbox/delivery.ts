import { type Engine, NonRetryableError, type Workflow, workflow } from "@holdpoint/core";
import { DeliveryError, forStep } from "../errors.ts";
import { type Channel, type HoldHappening, isAsking, kindOf, type Notice, type Recipient } from "../notice/notice.ts";
import { deliveryIdOf, deliveryName, recipientMark } from "./names.ts";
import type { OutboxOptions } from "./outbox.ts";
import { ours } from "./schema.ts";

/** One message to be sent. It names the hold; what it says is read when it is sent. */
export interface DeliveryInput {
  id: string;
  hold: string;
  happening: HoldHappening;
  recipient: Recipient;
}

/** What became of it. */
type Outcome =
  | { type: "sent"; answer: Record<string, unknown> | null }
  | { type: "skipped" }
  | { type: "later"; afterMs: number };

/** As often as a receiver may ask for patience. */
const patience = 20;

/** Sends one message: durable, tried again, failed for good when no attempt helped. */
export function deliveryWorkflow(options: OutboxOptions, engine: () => Engine): Workflow<DeliveryInput, Outcome> {
  const { attempts = 12, pauseMs = 5000, timeoutMs = 30_000 } = options;
  const retry = { attempts, initial: pauseMs, max: Math.max(pauseMs, 6 * 3_600_000) };
  return workflow({ name: deliveryName, input: ours<DeliveryInput>() }, async (ctx, input) => {
    for (let turn = 1; ; turn++) {
      const outcome = await ctx.step(
        "send",
        ({ signal, attempt }) =>
          attemptOnce(options, engine(), input, { signal, attempt }).catch((error: unknown) => orLater(error, turn)),
        { retry, timeout: timeoutMs },
      );
      if (outcome.type === "later") await ctx.sleep(outcome.afterMs);
      else {
        if (outcome.type === "skipped") ctx.outcome("skipped");
        return outcome;
      }
    }
  });
}

async function attemptOnce(
  { channels, links }: OutboxOptions,
  engine: Engine,
  input: DeliveryInput,
  call: { signal: AbortSignal; attempt: number },
): Promise<Outcome> {
  const { id, hold: holdId, happening, recipient } = input;
  const channel: Channel | undefined = Object.hasOwn(channels, recipient.channel)
    ? channels[recipient.channel]
    : undefined;
  if (!channel) throw new NonRetryableError(`the outbox has no channel "${recipient.channel}"`);
  const hold = await engine.hold(holdId);
  const kind = recipient.kind ?? kindOf(happening.action);
  // Somebody was faster: nobody is asked what is decided.
  if (isAsking(kind) && hold.status !== "open") return { type: "skipped" };
  const mayLink = links && channel.private && recipient.person !== undefined && isAsking(kind);
  const link = mayLink ? await links.mint(hold, recipient.person ?? "") : null;
  const notice: Notice = { id, kind, hold, happening, recipient, link };
  const earlier = (): Promise<Record<string, unknown> | null> => earlierAnswer(engine, input);
  return { type: "sent", answer: (await channel.send(notice, { ...call, earlier })) ?? null };
}

/**
 * What the newest message before this one gave that asked this recipient about this hold. One that is on its way at this moment
 * may yet give something: this one waits for it.
 */
async function earlierAnswer(
  engine: Engine,
  { id: own, hold, recipient }: DeliveryInput,
): Promise<Record<string, unknown> | null> {
  const { channel } = recipient;
  const { items } = await engine.runs(
    { workflow: deliveryName, status: ["running", "completed"], attributes: { hold, channel } },
    { limit: 1000 },
  );
  const before = items.slice(items.findIndex(({ id }) => id === deliveryIdOf(own)) + 1);
  for (const { id, status, attributes } of before) {
    if (!isAsking(kindOf(String(attributes.action))) || !id.endsWith(recipientMark(recipient))) continue;
    if (status === "running")
      throw new DeliveryError("the message that asked is still being sent", { retryAfterMs: 1000 });
    const outcome = await (await engine.get<Outcome>(id)).result();
    if (outcome.type === "sent" && outcome.answer) return outcome.answer;
  }
  return null;
}

/** A receiver that names a time is asked again then, which costs it and us nothing meanwhile. */
function orLater(error: unknown, turn: number): Outcome {
  if (error instanceof DeliveryError && error.retryAfterMs !== null && !error.hopeless && turn < patience)
    return { type: "later", afterMs: Math.max(1000, error.retryAfterMs) };
  throw forStep(error);
}
