import { momentText, relativeText, useNow } from "../data/time.ts";

/** When something was or will be, relative to now; whole, with the time zone, on hover and for screen readers that ask. */
export function Moment({ at, prefix = "" }: { at: string; prefix?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={momentText(at)}>
      {prefix}
      {relativeText(at, now)}
    </time>
  );
}
