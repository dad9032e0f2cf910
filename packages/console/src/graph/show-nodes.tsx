import { type Rect, useNodesInitialized, useReactFlow, useStore, type Viewport } from "@xyflow/react";
import { useEffect, useRef } from "react";

/** What is smaller than this cannot be read. */
const leastZoom = 0.7;
/** What is larger looks coarse. */
const mostZoom = 1.15;
const marginPx = 32;

/**
 * Shows all nodes from the first on, and all of them again whenever `when` changes. A drawing that would be too small to read begins at its
 * top instead, in a size that can be read. `bounds` is what there is to show, where that is more than the nodes: words on ways stand beside them. Once somebody has moved the camera it stays where they put it.
 */
export function ShowNodes({ when, bounds }: { when?: unknown; bounds?: Rect }) {
  const { getNodes, getNodesBounds, getViewport, setViewport } = useReactFlow();
  const measured = useNodesInitialized();
  // The canvas learns its own size later than its nodes', and in steps while the page is laid out.
  const width = useStore((canvas) => canvas.width);
  const height = useStore((canvas) => canvas.height);
  const put = useRef<{ viewport: Viewport; when: unknown } | null>(null);
  useEffect(() => {
    if (!measured || width === 0 || height === 0) return;
    const before = put.current;
    if (before !== null && before.when === when && !isSame(before.viewport, getViewport())) return;
    const viewport = viewportOf(bounds ?? getNodesBounds(getNodes()), width, height);
    put.current = { viewport, when };
    void setViewport(viewport);
  }, [measured, width, height, when, bounds, getNodes, getNodesBounds, getViewport, setViewport]);
  return null;
}

function viewportOf(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  room: number,
  rise: number,
): Viewport {
  const whole = Math.min(mostZoom, (room - 2 * marginPx) / width, (rise - 2 * marginPx) / height);
  const zoom = Math.max(whole, leastZoom);
  const left = room / 2 - (x + width / 2) * zoom;
  const top = whole < leastZoom ? marginPx - y * zoom : rise / 2 - (y + height / 2) * zoom;
  return { zoom, x: left, y: top };
}

const isSame = (a: Viewport, b: Viewport): boolean =>
  Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1 && Math.abs(a.zoom - b.zoom) < 0.001;
