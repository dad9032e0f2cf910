import { lengthText } from "../run/timeline/lines.ts";
import { copy } from "./copy.ts";

/** How much of a run's time was waiting for people (hatched), and how much everything else. */
export function WaitBar({ human, whole }: { human: number; whole: number }) {
  const machine = Math.max(0, whole - human);
  const part = whole <= 0 ? 0 : Math.min(1, human / whole);
  const text = copy.wait(lengthText(human), lengthText(machine));
  return (
    <span className="flex items-center gap-2" title={text}>
      <svg width="72" height="10" role="img" aria-label={text} className="shrink-0">
        <rect width="72" height="10" rx="2" className="fill-accent" />
        {part > 0 && <rect width={Math.max(part * 72, 2)} height="10" rx="2" fill="url(#human-wait)" />}
      </svg>
      <span className="text-xs whitespace-nowrap text-muted">
        {human > 0 ? lengthText(human) : "–"} / {lengthText(machine)}
      </span>
    </span>
  );
}
