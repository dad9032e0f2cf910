import { copy } from "../copy.ts";
import type { View } from "./bars.tsx";
import { lengthText } from "./lines.ts";
import type { Scale } from "./scale.ts";

/** How far apart ticks are at least, as a part of the width. */
const apart = 0.14;

/** Moments above the bars, counted from the start, and where time was left out. */
export function Axis({ scale, view }: { scale: Scale; view: View }) {
  const width = view.to - view.from;
  const place = (moment: number): number => (scale.at(moment) - view.from) / width;
  const gaps = scale.gaps
    .map((gap) => ({ gap, from: place(gap.from), to: place(gap.to) }))
    .filter(({ from, to }) => to > 0 && from < 1);
  const ticks = ticksOf(scale, view).filter(({ at }) => gaps.every(({ from, to }) => at < from - 0.1 || at > to));
  return (
    <div className="relative h-7 overflow-hidden text-xs text-muted" aria-hidden="true">
      {ticks.map(({ at, text }) => (
        <span
          key={text}
          className="absolute top-1.5 border-l border-line pl-1 whitespace-nowrap max-sm:not-nth-[3n+1]:hidden"
          style={{ left: `${at * 100}%` }}
        >
          {text}
        </span>
      ))}
      {gaps.map(({ gap, from, to }) => (
        <span
          key={gap.from}
          title={copy.timeline.gap(lengthText(gap.to - gap.from))}
          className="absolute top-1 grid h-5 place-items-center overflow-hidden rounded-sm bg-sunken whitespace-nowrap"
          style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
        >
          ⋯ {lengthText(gap.to - gap.from)} ⋯
        </span>
      ))}
    </div>
  );
}

function ticksOf(scale: Scale, view: View): { at: number; text: string }[] {
  const ticks: { at: number; text: string }[] = [];
  for (let at = 0; at < 1 - apart / 2; at += apart) {
    const moment = scale.moment(view.from + at * (view.to - view.from));
    const text = at === 0 && view.from === 0 ? "0" : lengthText(Math.max(0, moment - scale.from));
    if (ticks.at(-1)?.text !== text) ticks.push({ at, text });
  }
  return ticks;
}
