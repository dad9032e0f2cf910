import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "./class-names.ts";

/** What a control inside a field is given. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label, a control, a hint and what is wrong with it, tied together. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  children,
  className,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  optional?: boolean;
  children: (control: ControlProps) => ReactNode;
  className?: string;
}) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const control = { id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined } as const;
  return (
    <div className={classNames("grid gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {children(control)}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

const box =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink placeholder:text-muted aria-invalid:border-danger disabled:opacity-60";

/** A line of text. */
export const TextInput = ({ className, ...rest }: ComponentProps<"input">) => (
  <input {...rest} className={classNames(box, "h-9", className)} />
);

/** Text of several lines. */
export const TextArea = ({ className, rows = 3, ...rest }: ComponentProps<"textarea">) => (
  <textarea {...rest} rows={rows} className={classNames(box, "py-1.5", className)} />
);

/** One of several: the browser's own, which every platform's people know how to use. */
export const Select = ({ className, ...rest }: ComponentProps<"select">) => (
  <select {...rest} className={classNames(box, "h-9", className)} />
);

/** Yes or no, with its words. */
export function Checkbox({ children, className, ...rest }: ComponentProps<"input">) {
  return (
    <label className={classNames("inline-flex min-h-6 items-start gap-2", className)}>
      <input {...rest} type="checkbox" className="mt-0.5 size-4 shrink-0 accent-accent" />
      {children && <span>{children}</span>}
    </label>
  );
}
