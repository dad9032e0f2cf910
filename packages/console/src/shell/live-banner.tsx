import { WifiOff } from "lucide-react";
import { useLiveState } from "../data/live.ts";
import { isStale } from "../data/stale.ts";
import { spanText, useNow } from "../data/time.ts";
import { copy } from "./copy.ts";

/** Whether what is shown is too old to decide on: the server was not heard for a minute. */
export function useIsStale(): boolean {
  return isStale(useLiveState(), useNow());
}

/** Says how old what is shown is, while the server is not heard. */
export function LiveBanner() {
  const { connection, heardAt } = useLiveState();
  const now = useNow();
  const stale = useIsStale();
  const lost = connection === "lost";
  const age = heardAt === null ? 0 : Math.max(0, now - heardAt);
  const text = stale
    ? copy.live.stale(spanText(age))
    : age >= 60_000
      ? copy.live.lost(spanText(age))
      : copy.live.lostNow;
  return (
    <div role="status" aria-live="polite">
      {lost && (
        <div className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-sm text-warn">
          <WifiOff size={15} aria-hidden="true" className="shrink-0" />
          {text}
        </div>
      )}
    </div>
  );
}
