import { Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { useSession } from "../data/session.tsx";
import { CommandPalette } from "../ui/command-palette.tsx";
import { Loading } from "../ui/states.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { copy } from "./copy.ts";
import { useGoTo } from "./go-to.ts";
import { LiveBanner } from "./live-banner.tsx";
import { navigation } from "./navigation.ts";
import { NavigationBar } from "./navigation-bar.tsx";
import { ShortcutList } from "./shortcut-list.tsx";

/** Navigation on the left (below, on a phone), the screen, and what is everywhere: palette, shortcuts, the state of the connection. */
export function Shell() {
  const { may } = useSession();
  const items = navigation.filter(({ permission }) => may(permission));
  const goTo = useGoTo(items);
  const commands = items.map((item) => ({
    id: `go.${item.id}`,
    label: copy.goTo(copy.screens[item.id]),
    run: () => goTo(item),
  }));
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {copy.skip}
      </a>
      <NavigationBar items={items} account={<AccountMenu />} />
      <div className="order-first flex min-h-0 min-w-0 grow flex-col md:order-none">
        <LiveBanner />
        <main id="content" tabIndex={-1} className="flex min-h-0 grow flex-col">
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <CommandPalette commands={commands} group={copy.group} label={copy.palette} />
      <ShortcutList />
    </div>
  );
}
