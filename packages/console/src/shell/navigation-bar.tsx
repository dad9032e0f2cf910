import { createLink, useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";
import { Menu } from "../ui/menu.tsx";
import { copy } from "./copy.ts";
import type { NavigationItem } from "./navigation.ts";

const Entry = ({ className, ...rest }: ComponentProps<"a">) => (
  <a
    {...rest}
    className={classNames(
      "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink",
      "max-md:size-11 max-md:justify-center max-md:px-0",
      "data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-text",
      className,
    )}
  />
);
/** So many screens fit beside each other on a phone; the others are in a menu. */
const onPhones = 4;

const EntryLink = createLink(Entry);

/** The screens: words on a wide window, pictures on a narrower one, a bar at the bottom on a phone. */
export function NavigationBar({ items, account }: { items: readonly NavigationItem[]; account: ReactNode }) {
  return (
    <nav
      aria-label={copy.navigation}
      className="flex shrink-0 gap-0.5 border-line bg-surface max-md:justify-around max-md:border-t max-md:px-1 max-md:py-0.5 md:flex-col md:border-r md:p-2.5 lg:w-52"
    >
      <p className="flex h-9 items-center gap-2 px-2 font-semibold max-md:hidden">
        <Mark />
        <span className="hidden lg:inline">{copy.product}</span>
      </p>
      {items.map(({ id, to, icon: Icon }, at) => (
        <EntryLink
          key={id}
          to={to as "/"}
          activeOptions={{ includeSearch: false }}
          title={copy.screens[id]}
          className={classNames(id === "settings" && "md:mt-auto", at >= onPhones && "max-md:hidden")}
        >
          <Icon size={17} aria-hidden="true" className="shrink-0" />
          <span className="max-lg:sr-only">{copy.screens[id]}</span>
        </EntryLink>
      ))}
      <More items={items.slice(onPhones)} />
      {account}
    </nav>
  );
}

function More({ items }: { items: readonly NavigationItem[] }) {
  const navigate = useNavigate();
  if (items.length === 0) return null;
  return (
    <Menu
      items={items.map(({ id, to, icon: Icon }) => ({
        label: copy.screens[id],
        icon: <Icon size={16} aria-hidden="true" className="text-muted" />,
        onSelect: () => void navigate({ to } as Parameters<typeof navigate>[0]),
      }))}
      trigger={
        <button
          type="button"
          aria-label={copy.more}
          className="grid size-11 place-items-center rounded-md text-muted md:hidden"
        >
          <Ellipsis size={18} aria-hidden="true" />
        </button>
      }
    />
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" className="shrink-0">
    <rect width="32" height="32" rx="8" className="fill-accent" />
    <path
      d="M11 8v16M21 8v16M11 16h10"
      strokeWidth="3.2"
      strokeLinecap="round"
      className="fill-none stroke-on-accent"
    />
  </svg>
);
