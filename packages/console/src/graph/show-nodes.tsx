import { useNodesInitialized, useReactFlow, useStore } from "@xyflow/react";
import { useEffect } from "react";

/** What is smaller than this cannot be read. */
const leastZoom = 0.7;
const marginPx = 32;

/**
 * Shows all nodes when there is something to show for the first time, and again whenever `when` changes; otherwise the camera stays where
 * somebody put it. A drawing that would be too small to read begins at its top instead, in a size that can be read.
 */
export function ShowNodes({ when }: { when?: unknown }) {
  const { fitView, getNodes, getNodesBounds, setViewport } = useReactFlow();
  const measured = useNodesInitialized();
  // The canvas learns its own size later than its nodes': fitted before that, all would be drawn too small.
  const width = useStore((canvas) => canvas.width);
  const height = useStore((canvas) => canvas.height);
  const ready = measured && width > 0 && height > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a window that changes its size moves nothing; `when` is the reason
  useEffect(() => {
    if (!ready) return;
    const bounds = getNodesBounds(getNodes());
    const zoom = Math.min((width - 2 * marginPx) / bounds.width, (height - 2 * marginPx) / bounds.height);
    if (zoom >= leastZoom) void fitView({ padding: `${marginPx}px`, maxZoom: 1 });
    else {
      const middle = bounds.x + bounds.width / 2;
      void setViewport({ zoom: leastZoom, x: width / 2 - middle * leastZoom, y: marginPx - bounds.y * leastZoom });
    }
  }, [ready, when]);
  return null;
}
