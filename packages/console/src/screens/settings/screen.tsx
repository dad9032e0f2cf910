import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Permission, useSession } from "../../data/session.tsx";
import { Page } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Accounts } from "./accounts.tsx";
import { Audit } from "./audit.tsx";
import { Bindings } from "./bindings.tsx";
import { Channels } from "./channels.tsx";
import { copy } from "./copy.ts";
import { Groups } from "./groups.tsx";
import { Keys } from "./keys.tsx";
import { Machines } from "./machines.tsx";
import { PeopleList } from "./people-list.tsx";
import { Retention } from "./retention.tsx";
import { Sessions } from "./sessions.tsx";
import { Substitutions } from "./substitutions.tsx";
import { Webhooks } from "./webhooks.tsx";
import { You } from "./you.tsx";

const settings = getRouteApi("/settings");

/** Each part, and who sees it. */
const parts: readonly { value: keyof typeof copy.tabs; permission: Permission | null; content: ReactNode }[] = [
  { value: "you", permission: null, content: <You /> },
  { value: "keys", permission: "keys:manage", content: <Keys /> },
  {
    value: "people",
    permission: "access:manage",
    content: (
      <>
        <Accounts />
        <Bindings />
      </>
    ),
  },
  {
    value: "groups",
    permission: "people:read",
    content: (
      <>
        <Groups />
        <Substitutions />
        <PeopleList />
      </>
    ),
  },
  { value: "sessions", permission: "access:manage", content: <Sessions /> },
  { value: "machines", permission: "keys:manage", content: <Machines /> },
  { value: "webhooks", permission: "webhooks:manage", content: <Webhooks /> },
  { value: "channels", permission: "channels:manage", content: <Channels /> },
  { value: "retention", permission: "retention:manage", content: <Retention /> },
  { value: "audit", permission: "audit:read", content: <Audit /> },
];

/** Who may do what here, who is told, and what was done. */
export function SettingsScreen() {
  const { may } = useSession();
  const { tab } = settings.useSearch();
  const navigate = useNavigate({ from: "/settings" });
  const shown = parts.filter(({ permission }) => permission === null || may(permission));
  const chosen = shown.find(({ value }) => value === tab)?.value ?? "you";
  return (
    <Page title={copy.title}>
      <Tabs
        label={copy.title}
        value={chosen}
        onChange={(value) => void navigate({ search: { tab: value } })}
        tabs={shown.map(({ value, content }) => ({
          value,
          label: copy.tabs[value],
          content: <div className="grid grid-cols-[minmax(0,1fr)] gap-8">{content}</div>,
        }))}
      />
    </Page>
  );
}
