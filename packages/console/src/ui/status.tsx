import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  GitBranch,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  ShieldAlert,
  Signal,
  SignalLow,
  TriangleAlert,
  Undo2,
  UserRound,
} from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

const tones = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent-text",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
  info: "bg-info-soft text-info",
} as const;

export type Tone = keyof typeof tones;

/** A word with a picture on a soft ground. The word says it all: colour and picture only help. */
export const Badge = ({ tone = "neutral", icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) => (
  <span
    className={classNames(
      "inline-flex h-5.5 items-center gap-1 rounded-md px-1.5 text-xs font-medium whitespace-nowrap",
      tones[tone],
    )}
  >
    {icon}
    {children}
  </span>
);

type Look = readonly [tone: Tone, icon: LucideIcon, word: string];

const severities: Readonly<Record<string, Look>> = {
  low: ["neutral", SignalLow, "Low"],
  medium: ["info", Signal, "Medium"],
  high: ["warn", TriangleAlert, "High"],
  critical: ["danger", OctagonAlert, "Critical"],
};

const runs: Readonly<Record<string, Look>> = {
  ready: ["info", CircleDashed, "Ready"],
  running: ["info", LoaderCircle, "Running"],
  parked: ["neutral", Clock, "Waiting"],
  person: ["warn", UserRound, "Waiting on a person"],
  paused: ["neutral", CirclePause, "Paused"],
  completed: ["ok", CircleCheck, "Completed"],
  rejected: ["warn", CircleX, "Rejected"],
  failed: ["danger", CircleAlert, "Failed"],
  cancelled: ["neutral", Ban, "Cancelled"],
  diverged: ["danger", GitBranch, "Diverged"],
  compensating: ["warn", Undo2, "Undoing"],
};

const holds: Readonly<Record<string, Look>> = {
  open: ["accent", ShieldAlert, "Open"],
  answered: ["info", CircleDashed, "Answered"],
  decided: ["ok", CircleCheck, "Decided"],
  expired: ["warn", Clock, "Expired"],
  withdrawn: ["neutral", Ban, "Withdrawn"],
  superseded: ["neutral", Undo2, "Superseded"],
};

const show = (look: Look | undefined, word: string): ReactNode => {
  const [tone, Icon, text] = look ?? ["neutral", CircleDashed, word];
  return (
    <Badge tone={tone} icon={<Icon size={13} aria-hidden="true" />}>
      {text}
    </Badge>
  );
};

/** How much depends on a decision. */
export const Severity = ({ value }: { value: string }) => show(severities[value], value);

/** Where a run stands: its status, or `person` for one that is parked because somebody has to decide. */
export const RunStatus = ({ value }: { value: string }) => show(runs[value], value);

/** Where a hold stands. */
export const HoldStatus = ({ value }: { value: string }) => show(holds[value], value);
