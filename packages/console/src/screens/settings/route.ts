import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** What stands in the address: the tab, and which lines of the audit log. */
export interface SettingsSearch {
  tab?: string;
  by?: string;
  action?: string;
  target?: string;
  outcome?: string;
  from?: string;
  until?: string;
}

const names = ["tab", "by", "action", "target", "outcome", "from", "until"] as const;

export const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "settings",
  validateSearch: (search: Record<string, unknown>): SettingsSearch =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name];
        return value === undefined || value === "" ? [] : [[name, String(value)]];
      }),
    ),
  component: lazyRouteComponent(() => import("./screen.tsx"), "SettingsScreen"),
});
