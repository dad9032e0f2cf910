import { BookOpen, CircleUserRound, FileText, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { readPlace } from "../data/place.ts";
import { useSession } from "../data/session.tsx";
import { Menu } from "../ui/menu.tsx";
import { copy } from "./copy.ts";
import { setTheme, type Theme, useTheme } from "./theme.ts";

const themes: readonly [Theme, typeof Sun][] = [
  ["light", Sun],
  ["dark", Moon],
  ["system", Monitor],
];

/** Who is signed in, the theme, and the way out. */
export function AccountMenu() {
  const { me, name, via, signOut } = useSession();
  const theme = useTheme();
  const { base } = readPlace();
  const icon = (Icon: typeof Sun) => <Icon size={15} aria-hidden="true" className="text-muted" />;
  const leave = {
    label: via === "key" ? copy.account.forgetKey : copy.account.signOut,
    icon: icon(LogOut),
    onSelect: () => void signOut(),
  };
  return (
    <Menu
      align="start"
      heading={
        <>
          <span className="block font-medium text-ink">{name}</span>
          {copy.account.roles(me.roles)}
          {via === "outside" && <span className="block">{copy.account.outside}</span>}
        </>
      }
      items={[
        null,
        ...themes.map(([value, Icon]) => ({
          label: copy.themeOf(copy.theme[value]) + (theme === value ? " ✓" : ""),
          icon: icon(Icon),
          onSelect: () => setTheme(value),
        })),
        null,
        { label: copy.docs, icon: icon(BookOpen), onSelect: () => location.assign(`${base}/api/docs`) },
        { label: copy.plainInbox, icon: icon(FileText), onSelect: () => location.assign(`${base}/inbox`) },
        ...(via === "outside" ? [] : [null, leave]),
      ]}
      trigger={
        <button
          type="button"
          aria-label={copy.account.menu(name)}
          className="flex h-9 w-full min-w-0 items-center gap-2.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink max-md:size-11 max-md:justify-center max-md:px-0"
        >
          <CircleUserRound size={17} aria-hidden="true" className="shrink-0" />
          <span className="hidden truncate lg:inline">{name}</span>
        </button>
      }
    />
  );
}
