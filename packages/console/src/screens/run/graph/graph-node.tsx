import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { classNames } from "../../../ui/class-names.ts";
import { copy } from "../copy.ts";
import type { Shown } from "../journal/shown.ts";
import { StatePicture } from "../row-look.tsx";
import type { DrawnNode } from "./drawing.ts";

export type GraphNodeType = Node<DrawnNode & Record<string, unknown> & { chosen: boolean }, "run">;

const borders: Readonly<Record<Shown, string>> = {
  ok: "border-ok",
  error: "border-danger",
  unknown: "border-warn",
  open: "border-accent ring-2 ring-accent/30",
  person: "border-warn ring-2 ring-warn/30",
  waits: "border-line-strong",
  retry: "border-danger border-dashed",
  left: "border-line-strong border-dashed",
  idle: "border-line border-dashed",
};

/** A node with its name, its state in a picture and a word, and how often it ran. */
export const GraphNode = memo(function GraphNode({ data }: NodeProps<GraphNodeType>) {
  const { title, kind, inside, shown, times, chosen } = data;
  const note = inside.length > 0 ? inside.join(", ") : (copy.kinds[kind] ?? kind);
  return (
    <div
      className={classNames(
        "flex h-14 w-52 items-center gap-2 rounded-lg border bg-surface px-3 text-left",
        borders[shown],
        chosen && "outline-2 outline-offset-2 outline-accent",
      )}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} className="opacity-0" />
      <StatePicture shown={shown} size={18} />
      <span className="min-w-0 grow">
        <span
          className={classNames("block truncate text-sm font-medium", shown === "idle" && "text-muted")}
          title={title}
        >
          {title}
        </span>
        <span className="block truncate text-xs text-muted">
          {copy.states[shown]} · {note}
        </span>
      </span>
      {times > 1 && <span className="text-xs text-muted">{copy.graph.times(times)}</span>}
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="opacity-0" />
    </div>
  );
});
