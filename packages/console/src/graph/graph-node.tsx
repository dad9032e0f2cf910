import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { CircleStop, type LucideIcon, Play, SquareCode, UserRound } from "lucide-react";
import { memo } from "react";
import { classNames } from "../ui/class-names.ts";

/** What a node is: work, a question to people, where it begins, or where it ends. */
export type NodeLook = "work" | "human" | "start" | "end";

/** A node of a drawing. */
export interface GraphNode {
  id: string;
  title: string;
  /** A second line. */
  note: string;
  look: NodeLook;
  /** Something is wrong with it, in a few words. */
  problem?: string | null;
}

export type DrawnNode = Node<GraphNode & Record<string, unknown> & { chosen: boolean; connects: boolean }, "drawn">;

const looks: Readonly<Record<NodeLook, readonly [icon: LucideIcon, frame: string, picture: string]>> = {
  work: [SquareCode, "border-line-strong rounded-lg", "bg-info-soft text-info"],
  human: [UserRound, "border-warn rounded-lg", "bg-warn-soft text-warn"],
  start: [Play, "border-line-strong rounded-full border-dashed", "bg-sunken text-muted"],
  end: [CircleStop, "border-line-strong rounded-full border-dashed", "bg-sunken text-muted"],
};

/** A node with its name, its picture, and dots that ways begin and end at. */
export const DrawnNodeBox = memo(function DrawnNodeBox({ data }: NodeProps<DrawnNode>) {
  const { title, note, look, problem, chosen, connects } = data;
  const [Picture, frame, picture] = looks[look];
  const handle = classNames("!size-3 !border-2 !border-surface !bg-line-strong", connects ? "" : "!opacity-0");
  return (
    <div
      className={classNames(
        "flex h-14 w-52 items-center gap-2.5 border bg-surface px-3 text-left",
        frame,
        problem && "border-danger",
        chosen && "outline-2 outline-offset-2 outline-accent",
      )}
    >
      {look !== "start" && <Handle type="target" position={Position.Top} isConnectable={connects} className={handle} />}
      <span className={classNames("grid size-7 shrink-0 place-items-center rounded-md", picture)}>
        <Picture size={15} aria-hidden="true" />
      </span>
      <span className="min-w-0 grow">
        <span className="block truncate text-sm font-medium" title={title}>
          {title}
        </span>
        <span
          className={classNames("block truncate text-xs", problem ? "text-danger" : "text-muted")}
          title={problem ?? note}
        >
          {problem ?? note}
        </span>
      </span>
      {look !== "end" && (
        <Handle
          type="source"
          position={Position.Bottom}
          isConnectable={connects && look !== "start"}
          className={look === "start" ? "!opacity-0" : handle}
        />
      )}
    </div>
  );
});
