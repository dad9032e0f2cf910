import {
  Activity,
  CalendarClock,
  ChartLine,
  Inbox,
  type LucideIcon,
  Settings,
  Shapes,
  Tags,
  Workflow,
  Wrench,
} from "lucide-react";
import type { Permission } from "../data/session.tsx";
import type { copy } from "./copy.ts";

/** A screen in the navigation. */
export interface NavigationItem {
  id: keyof typeof copy.screens;
  to: string;
  icon: LucideIcon;
  /** The second key after `g`. */
  key: string;
  /** Who has it not does not see the screen. */
  permission: Permission;
}

/** The screens, in their order. */
export const navigation: readonly NavigationItem[] = [
  { id: "inbox", to: "/inbox", icon: Inbox, key: "i", permission: "holds:read" },
  { id: "runs", to: "/runs", icon: Activity, key: "r", permission: "runs:read" },
  { id: "workflows", to: "/workflows", icon: Workflow, key: "w", permission: "workflows:read" },
  { id: "patterns", to: "/patterns", icon: Shapes, key: "p", permission: "workflows:read" },
  { id: "builder", to: "/builder", icon: Wrench, key: "b", permission: "workflows:read" },
  { id: "schedules", to: "/schedules", icon: CalendarClock, key: "s", permission: "schedules:read" },
  { id: "annotations", to: "/annotations", icon: Tags, key: "a", permission: "holds:read" },
  { id: "metrics", to: "/metrics", icon: ChartLine, key: "m", permission: "runs:read" },
  { id: "settings", to: "/settings", icon: Settings, key: ",", permission: "runs:read" },
];
