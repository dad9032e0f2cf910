import { NotFoundError } from "@holdpoint/core";
import type { Handler } from "./call.ts";
import { wire } from "./wire.ts";

export const listChannels: Handler<"channels.list"> = async ({ server, engine }) => {
  const channels = (await server.outboxOf(engine)?.channels()) ?? [];
  return { status: 200, body: { items: channels.map((one) => ({ ...wire(one), kinds: [...one.kinds] })) } };
};

/** To whoever asks, and to nobody else. */
export const testChannel: Handler<"channels.test"> = async ({ server, engine, principal, params }) => {
  const outbox = server.outboxOf(engine);
  if (outbox === null) throw new NotFoundError("channel", params.channel, "this server has no outbox");
  return { status: 200, body: await outbox.test(params.channel, principal.id) };
};
