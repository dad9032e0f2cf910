import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { classNames } from "../ui/class-names.ts";
import type { Place } from "./place-nodes.ts";

/** A way as it is drawn: through the places that were found for it, so that it goes round nodes and labels. */
export type DrawnWay = Edge<{ points: readonly Place[]; at: Place; chosen: boolean; faint: boolean }, "way">;

/** A line through its places with round corners, and its words at the place that was kept for them. */
export function WayLine({
  id,
  sourceX,
  sourceY,
  targetX,
  targetY,
  data,
  label,
  style,
  markerEnd,
}: EdgeProps<DrawnWay>) {
  const inner = (data?.points ?? []).slice(1, -1);
  // It leaves a node and comes to one straight, whatever lies between.
  const path = lineThrough([{ x: sourceX, y: sourceY }, ...inner, { x: targetX, y: targetY }]);
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        {...(style && { style })}
        {...(markerEnd && { markerEnd })}
        interactionWidth={data?.faint ? 0 : 24}
      />
      {label != null && data && (
        <EdgeLabelRenderer>
          <span
            className={classNames(
              "pointer-events-none absolute max-w-60 truncate rounded-md border bg-surface px-1.5 py-0.5 text-xs",
              data.chosen ? "border-accent text-accent-text" : "border-line text-muted",
            )}
            style={{ transform: `translate(-50%, -50%) translate(${data.at.x}px, ${data.at.y}px)` }}
          >
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Curves from point to point that come and go vertically, as layers follow one another from top to bottom. */
function lineThrough(points: readonly Place[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let before = first;
  const parts = [`M ${first.x} ${first.y}`];
  for (const next of rest) {
    const bend = (next.y - before.y) / 2;
    parts.push(`C ${before.x} ${before.y + bend} ${next.x} ${next.y - bend} ${next.x} ${next.y}`);
    before = next;
  }
  return parts.join(" ");
}
