import type { ReactNode } from "react";

/** A screen that scrolls as a whole: its heading, what can be done, and sections below each other. */
export const Page = ({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) => (
  <div className="min-h-0 grow overflow-y-auto">
    <div className="mx-auto grid w-full max-w-6xl grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 md:px-8">
      <header className="flex min-h-9 flex-wrap items-center justify-between gap-3">
        <h1 className="text-lg font-semibold">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  </div>
);

/** A part of a screen with its heading, a sentence about it, and what can be done. */
export const Section = ({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) => (
  <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="max-w-prose">
        <h2 className="text-md font-semibold">{title}</h2>
        {hint && <p className="text-sm text-muted">{hint}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
    {children}
  </div>
);

/** A surface for a table or a form, with an edge. */
export const Panel = ({ children }: { children: ReactNode }) => (
  <div className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface">{children}</div>
);

/** A line where a list would be. */
export const Nothing = ({ children }: { children: ReactNode }) => (
  <p className="px-4 py-6 text-center text-muted">{children}</p>
);
