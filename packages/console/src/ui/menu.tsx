import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Kbd } from "./kbd.tsx";

/** One thing a menu offers. */
export interface MenuItem {
  label: string;
  onSelect: () => void;
  icon?: ReactNode;
  shortcut?: string | undefined;
  danger?: boolean;
  /** Why it cannot be chosen now; it is shown all the same. */
  disabled?: string | null | undefined;
}

/** A button's menu. `trigger` is the button; a `null` among the items is a line between them. */
export function Menu({
  trigger,
  items,
  heading,
  align = "end",
}: {
  trigger: ReactNode;
  items: readonly (MenuItem | null)[];
  heading?: ReactNode;
  align?: "start" | "end";
}) {
  return (
    // Not modal: a modal menu would write a style sheet into the page to lock its scrolling, which the policy forbids.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-40 min-w-48 rounded-lg border border-line bg-raised p-1 shadow-raised"
        >
          {heading && <div className="px-2 py-1.5 text-sm text-muted">{heading}</div>}
          {items.map((item, n) =>
            item === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name
              <DropdownMenu.Separator key={n} className="my-1 h-px bg-line" />
            ) : (
              <DropdownMenu.Item
                key={item.label}
                disabled={Boolean(item.disabled)}
                onSelect={item.onSelect}
                title={item.disabled ?? undefined}
                className={classNames(
                  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 outline-none select-none",
                  "data-highlighted:bg-hover data-disabled:opacity-50",
                  item.danger && "text-danger",
                )}
              >
                {item.icon}
                <span className="grow">{item.label}</span>
                {item.shortcut && <Kbd keys={item.shortcut} />}
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
