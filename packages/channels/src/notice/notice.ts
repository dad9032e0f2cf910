import type { Hold } from "@holdpoint/core";

/**
 * What a message is about: a hold that was opened, that is waited for still, that others are asked now, that is closed, or that
 * changed in another way (a vote, a claim, a comment).
 */
export type NoticeKind = "asked" | "reminder" | "escalated" | "closed" | "changed";

/** A line of a hold's audit trail, as messages know it. */
export interface HoldHappening {
  /** Its number in the hold's trail, from 1. */
  n: number;
  /** `opened`, `decided`, `withdrawn`, … */
  action: string;
  /** Who did it; null for a deadline or the engine. */
  actor: string | null;
  /** Where: `api`, `cli`, `mail`, … */
  channel: string;
  /** When. */
  at: Date;
}

/** Where a message goes. */
export interface Recipient {
  /** One of the outbox's channels, by its name. */
  channel: string;
  /** An address that the channel understands: a mail address; of a webhook nothing. */
  to?: string;
  /** Whom a link in it lets decide. Without it there is no link. */
  person?: string;
  /** Says it as another kind of message: `asked` for who is next because of a vote. Default: what happened says. */
  kind?: NoticeKind;
}

/** One message to one recipient about one thing that happened to a hold. */
export interface Notice {
  /** The same in every attempt: receivers know a repeated message by it. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** The hold as it is when the message is sent. */
  readonly hold: Hold;
  readonly happening: HoldHappening;
  readonly recipient: Recipient;
  /** Lets the recipient's person decide, for a while; null where there is none. */
  readonly link: string | null;
}

/** What a channel knows about the attempt. */
export interface SendCall {
  /** Aborts when it took too long, or the run was cancelled. */
  signal: AbortSignal;
  /** From 1. */
  attempt: number;
  /**
   * What this channel gave when it asked the same recipient about the same hold; null when it never did, or gave nothing.
   *
   * @throws DeliveryError it is asking at this moment: let it through, and this message is tried again in a second
   */
  earlier(): Promise<Record<string, unknown> | null>;
}

/** What a channel is, for whoever administers it. Nothing here is a secret. */
export interface ChannelAbout {
  /** `mail`, `slack`, `teams`, `webhook`, `terminal`, `approval-system`, or a word of your own. */
  type: string;
  /** Where it leads, as a host or a name: never a whole address, which may be a secret. Null where it leads nowhere else. */
  target: string | null;
}

/** A way to people. Made by `mail`, `slack`, `teams`, `webhook`, `terminal` and `approvalSystem`, or your own. */
export interface Channel {
  /** Whether links that decide may go into its messages: everybody who reads them can use them. */
  readonly private: boolean;
  /** What it is, for lists of channels. Default: a way of the application's own, of which nothing is said. */
  readonly about?: ChannelAbout;
  /**
   * Sends one message, at least once: the same `notice.id` may come again. What it gives is kept with the delivery.
   *
   * @throws DeliveryError it did not arrive; `hopeless` when no second attempt can help
   */
  send(notice: Notice, call: SendCall): Promise<Record<string, unknown> | undefined>;
  /** Whether it has anything to say about this. Default: `asked`, `reminder`, `escalated` and `closed`. */
  readonly kinds?: readonly NoticeKind[];
}

const kinds: readonly [pattern: RegExp, kind: NoticeKind][] = [
  [/^(opened|reopened|refused)$/, "asked"],
  [/^remind/, "reminder"],
  [/^escalat/, "escalated"],
  [/^(decided|expired|withdrawn|superseded)$/, "closed"],
];

/** What a line of the audit trail means to whoever is told. */
export const kindOf = (action: string): NoticeKind => kinds.find(([pattern]) => pattern.test(action))?.[1] ?? "changed";

/** Whether a message asks somebody to decide: pointless once the hold is closed. */
export const isAsking = (kind: NoticeKind): boolean => kind === "asked" || kind === "reminder" || kind === "escalated";
