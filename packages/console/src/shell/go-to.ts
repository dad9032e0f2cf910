import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useShortcuts } from "../ui/shortcuts.tsx";
import { copy } from "./copy.ts";
import type { NavigationItem } from "./navigation.ts";

/** Goes to a screen; `g` and the screen's key do the same. */
export function useGoTo(items: readonly NavigationItem[]): (item: NavigationItem) => void {
  const navigate = useNavigate();
  const { registry } = useShortcuts();
  const go = ({ to }: NavigationItem): void => void navigate({ to } as Parameters<typeof navigate>[0]);
  const shown = items.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the items are named by `shown`; navigating is always the same
  useEffect(() => {
    const removers = items.map((item) =>
      registry.add({
        id: `go.${item.id}`,
        label: copy.goTo(copy.screens[item.id]),
        group: copy.group,
        keys: `g ${item.key}`,
        inFields: false,
        run: () => document.querySelector("dialog[open]") === null && go(item),
      }),
    );
    return () => {
      for (const remove of removers) remove();
    };
  }, [registry, shown]);
  return go;
}
