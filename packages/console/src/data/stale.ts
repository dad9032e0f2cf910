/** How fresh what is shown is. */
export interface LiveState {
  /** `open` while the feed says that it lives. */
  connection: "connecting" | "open" | "lost";
  /** When the server was last heard of, ms since the epoch; null before the first time. */
  heardAt: number | null;
}

/** After so long without word nothing may be decided: what is shown may be no longer so. */
export const staleMs = 60_000;

/** Whether what is shown is too old to decide on. A connection that lives is never silent for so long: it would be lost before. */
export const isStale = ({ connection, heardAt }: LiveState, now: number): boolean =>
  connection !== "open" && heardAt !== null && now - heardAt > staleMs;
