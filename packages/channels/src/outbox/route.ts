import type { Directory, Hold } from "@holdpoint/core";
import type { HoldHappening, NoticeKind, Recipient } from "../notice/notice.ts";

/**
 * Says who is told of something that happened to a hold. It may ask the engine's directory; it is asked once, and what it said is recorded.
 *
 * @example
 * import type { Route } from "@holdpoint/channels";
 *
 * const route: Route = (hold, { kind }) =>
 *   kind === "changed" ? [] : (hold.people ?? []).map((person) => ({ channel: "mail", to: `${person}@example.com`, person }));
 */
export type Route = (
  hold: Hold,
  news: { kind: NoticeKind; happening: HoldHappening; directory: Directory },
) => readonly Recipient[] | Promise<readonly Recipient[]>;
