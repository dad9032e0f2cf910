import { memo, type PointerEvent, useRef, useState } from "react";
import { copy } from "../copy.ts";
import type { Row } from "../journal/row.ts";
import type { View } from "./bars.tsx";
import type { Scale } from "./scale.ts";

/** At most so many lines are drawn: more than that are no wider than a pixel. */
const mostLines = 400;

/** The whole run in a strip. Dragging over a stretch of it zooms there; a click without dragging shows the whole again. */
export function Overview({
  lines,
  scale,
  view,
  now,
  onView,
}: {
  lines: readonly Row[];
  scale: Scale;
  view: View;
  now: number;
  onView: (view: View) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const at = (event: PointerEvent): number => {
    const { left = 0, width = 1 } = box.current?.getBoundingClientRect() ?? {};
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const shown = drag ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : view;
  return (
    <div
      ref={box}
      title={copy.timeline.overview}
      className="relative h-10 cursor-crosshair touch-none overflow-hidden rounded-sm bg-sunken"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: at(event), to: at(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
      onPointerUp={() => {
        if (drag === null) return;
        const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
        onView(to - from < 0.005 ? { from: 0, to: 1 } : { from, to });
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
    >
      <Strip {...{ lines, scale, now }} />
      <div className="absolute inset-y-0 left-0 bg-ground/70" style={{ width: `${shown.from * 100}%` }} />
      <div className="absolute inset-y-0 right-0 bg-ground/70" style={{ width: `${(1 - shown.to) * 100}%` }} />
      <div
        className="absolute inset-y-0 rounded-sm border border-accent"
        style={{ left: `${shown.from * 100}%`, width: `${(shown.to - shown.from) * 100}%` }}
      />
    </div>
  );
}

/** The lines themselves: drawn again when they or the scale change, and not while somebody drags. */
const Strip = memo(function Strip({ lines, scale, now }: { lines: readonly Row[]; scale: Scale; now: number }) {
  const every = Math.ceil(lines.length / mostLines);
  const drawn = every > 1 ? lines.filter((_, n) => n % every === 0) : lines;
  return (
    <svg
      className="size-full"
      preserveAspectRatio="none"
      viewBox={`0 0 1000 ${Math.max(drawn.length, 6)}`}
      aria-hidden="true"
    >
      {drawn.map((row, n) => {
        const from = scale.at(row.from) * 1000;
        const to = scale.at(row.to ?? now) * 1000;
        return (
          <rect key={row.key} x={from} y={n} width={Math.max(to - from, 2)} height="0.8" className={fillOf(row)} />
        );
      })}
    </svg>
  );
});

function fillOf({ state, spans, children }: Row): string {
  if (state === "error") return "fill-danger";
  if (spans.at(-1)?.kind === "human") return "fill-warn";
  return children.length > 0 ? "fill-transparent" : "fill-accent";
}
