import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleStop,
  type LucideIcon,
  Play,
  SquareCode,
  TriangleAlert,
  UserRound,
} from "lucide-react";
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
  /** What became of it, where something did; it stands in the place of the second line. */
  state?: NodeState | null;
}

/** What became of a node: in a word, with a picture and a colour. */
export interface NodeState {
  tone: "ok" | "warn" | "danger" | "neutral";
  word: string;
  mark: "done" | "recovered" | "failed" | "waiting" | "stopped" | "unreached";
}

export type DrawnNode = Node<GraphNode & Record<string, unknown> & { chosen: boolean; connects: boolean }, "drawn">;

const looks: Readonly<Record<NodeLook, readonly [icon: LucideIcon, frame: string, picture: string]>> = {
  work: [SquareCode, "border-line-strong rounded-lg", "bg-info-soft text-info"],
  human: [UserRound, "border-warn rounded-lg", "bg-warn-soft text-warn"],
  start: [Play, "border-line-strong rounded-full border-dashed", "bg-sunken text-muted"],
  end: [CircleStop, "border-line-strong rounded-full border-dashed", "bg-sunken text-muted"],
};

const marks: Readonly<Record<NodeState["mark"], LucideIcon>> = {
  done: CircleCheck,
  recovered: TriangleAlert,
  failed: CircleAlert,
  waiting: UserRound,
  stopped: CircleDashed,
  unreached: CircleDashed,
};

const tones: Readonly<Record<NodeState["tone"], readonly [text: string, frame: string]>> = {
  ok: ["text-ok", "border-ok"],
  warn: ["text-warn", "border-warn"],
  danger: ["text-danger", "border-danger"],
  neutral: ["text-muted", "border-line"],
};

/** A node with its name, its picture, and dots that ways begin and end at. */
export const DrawnNodeBox = memo(function DrawnNodeBox({ data }: NodeProps<DrawnNode>) {
  const { title, note, look, problem, state, chosen, connects } = data;
  const [Picture, frame, picture] = looks[look];
  const Mark = state ? marks[state.mark] : null;
  const handle = classNames("!size-3 !border-2 !border-surface !bg-line-strong", connects ? "" : "!opacity-0");
  return (
    <div
      className={classNames(
        "flex h-14 w-52 items-center gap-2.5 border bg-surface px-3 text-left",
        frame,
        state && tones[state.tone][1],
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
          className={classNames(
            "block truncate text-xs",
            problem ? "text-danger" : state ? tones[state.tone][0] : "text-muted",
          )}
          title={problem ?? state?.word ?? note}
        >
          {problem ?? state?.word ?? note}
        </span>
      </span>
      {Mark && state && <Mark size={16} className={classNames("shrink-0", tones[state.tone][0])} aria-hidden="true" />}
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
