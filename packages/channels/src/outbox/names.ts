import { createHash } from "node:crypto";
import type { Recipient } from "../notice/notice.ts";

/** The names of the outbox's workflows: no hold of theirs is told of. */
export const deliveryName = "holdpoint.delivery";
export const newsName = "holdpoint.news";
/** The run that delivers a message. */
export const deliveryIdOf = (message: string): string => `delivery:${message}`;
/** The queue in which holds are followed. */
export const newsQueue = "holdpoint.news";
/** The queue of a channel's messages: each has its own, so that a receiver that hangs holds up its own channel only. */
export const laneOf = (channel: string): string => `deliveries.${channel.replaceAll(/[^\w.:-]/g, "-").slice(0, 100)}`;
/** What the relay sends to a hold's news. */
export const movedSignal = "moved";

/** Tells recipients apart without their address: it goes into ids and headers. */
export const recipientMark = ({ channel, to = "", person = "" }: Recipient): string =>
  createHash("sha256")
    .update(JSON.stringify([channel, to, person]))
    .digest("base64url")
    .slice(0, 12);
