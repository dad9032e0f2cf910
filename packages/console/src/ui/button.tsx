import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Kbd } from "./kbd.tsx";

const looks = {
  /** The one thing this screen is for. */
  primary: "bg-accent text-on-accent hover:bg-accent-hover border-transparent font-medium",
  plain: "bg-surface text-ink border-line-strong hover:bg-hover",
  /** Beside others, where a border would be noise. */
  quiet: "bg-transparent text-ink border-transparent hover:bg-hover",
  danger: "bg-surface text-danger border-danger hover:bg-danger-soft font-medium",
} as const;

const sizes = {
  sm: "h-7 px-2 text-sm gap-1.5",
  md: "h-9 px-3 gap-2",
} as const;

/** What a button is besides an HTML one. */
export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
  size?: keyof typeof sizes;
  icon?: ReactNode;
  /** The key that does the same, shown beside the words. */
  shortcut?: string | undefined;
  /** Something is under way: it may not be pressed again, and says so. */
  busy?: boolean;
}

/** A button. Its words name the consequence: "Send refund of $120", not "OK". */
export function Button({
  look = "plain",
  size = "md",
  icon,
  shortcut,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center rounded-md border whitespace-nowrap transition-colors",
        "disabled:opacity-55 disabled:cursor-not-allowed",
        looks[look],
        sizes[size],
        className,
      )}
    >
      {icon}
      {children}
      {shortcut !== undefined && <Kbd keys={shortcut} />}
    </button>
  );
}

/** A button that is only a picture; `label` is what it says. */
export function IconButton({ label, className, children, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classNames(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink",
        "disabled:opacity-55 disabled:cursor-not-allowed",
        className,
      )}
    >
      {children}
    </button>
  );
}
