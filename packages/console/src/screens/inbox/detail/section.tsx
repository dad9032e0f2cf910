import { type ReactNode, useId } from "react";

/** A part of what is shown of a hold, under its heading. */
export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-2">
      <div className="flex items-baseline justify-between gap-3">
        <h3 id={id} className="text-sm font-semibold text-muted">
          {title}
        </h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
