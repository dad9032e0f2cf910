import { createHash } from "node:crypto";
import type { Recipient } from "../notice/notice.ts";

/** The names of the outbox's workflows: no hold of theirs is told of. */
export const deliveryName = "holdpoint.delivery";
export const newsName = "holdpoint.news";
/** The queue that messages go through. */
export const deliveryQueue = "deliveries";
/** What the relay sends to a hold's news. */
export const movedSignal = "moved";

/** Tells recipients apart without their address: it goes into ids and headers. */
export const recipientMark = ({ channel, to = "", person = "" }: Recipient): string =>
  createHash("sha256")
    .update(JSON.stringify([channel, to, person]))
    .digest("base64url")
    .slice(0, 12);
