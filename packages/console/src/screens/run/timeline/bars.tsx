import { memo } from "react";
import type { Row, Span, SpanKind } from "../journal/row.ts";
import type { Scale } from "./scale.ts";

/** What part of the scale is shown, from 0 to 1. */
export interface View {
  from: number;
  to: number;
}

const fills: Readonly<Record<SpanKind, string>> = {
  run: "fill-accent",
  queue: "fill-line-strong/50",
  human: "",
  retry: "fill-danger/35",
  wait: "fill-line",
};

/** The hatching of what people are waited for; in the page once, above all timelines. */
export const Hatching = () => (
  <svg width="0" height="0" aria-hidden="true" className="absolute">
    <defs>
      <pattern id="human-wait" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" className="fill-warn-soft" />
        <rect width="2.5" height="6" className="fill-warn" />
      </pattern>
    </defs>
  </svg>
);

/** What a row did when, on a scale. */
export const Bars = memo(function Bars({
  row,
  scale,
  view,
  now,
  left,
}: {
  row: Row;
  /** Of the row: it is drawn again when that has changed. */
  revision: number;
  scale: Scale;
  view: View;
  now: number;
  left: boolean;
}) {
  const width = view.to - view.from;
  const place = (moment: number): number => ((scale.at(moment) - view.from) / width) * 100;
  const until = (to: number | null): number => to ?? (left ? row.from : now);
  const from = place(row.from);
  const to = place(row.to ?? until(null));
  const group = row.children.length > 0;
  if (to < 0 || from > 100) return <svg className="h-7 w-full" aria-hidden="true" />;
  return (
    <svg className="h-7 w-full overflow-visible" aria-hidden="true">
      {group && (
        <rect
          x={`${from}%`}
          y="12.5"
          width={`${Math.max(to - from, 0.2)}%`}
          height="3"
          rx="1.5"
          className="fill-line-strong/60"
        />
      )}
      {row.spans.map((span, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no name and never change places
        <Bar key={n} span={span} x={place(span.from)} end={place(until(span.to))} />
      ))}
    </svg>
  );
});

function Bar({ span, x, end }: { span: Span; x: number; end: number }) {
  const from = Math.max(x, -1);
  const width = Math.max(Math.min(end, 101) - from, 0);
  const thin = span.kind === "queue" || span.kind === "wait" || span.kind === "retry";
  const shape = { x: `${from}%`, y: thin ? 11 : 7, height: thin ? 6 : 14, rx: 2 };
  const look = {
    className: span.kind === "run" && span.failed ? "fill-danger" : fills[span.kind],
    ...(span.kind === "human" ? { fill: "url(#human-wait)" } : {}),
  };
  return (
    <>
      <rect {...shape} {...look} width={`${width}%`} />
      {/* A stretch too short to be seen is a line all the same. */}
      {!thin && x > -1 && width < 1 && <rect {...shape} {...look} width="3" rx="1" />}
    </>
  );
}
