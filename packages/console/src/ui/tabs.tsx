import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** One tab: a value for the address, a label, perhaps a count, and what it shows. */
export interface Tab {
  value: string;
  label: string;
  count?: number | undefined;
  content: ReactNode;
}

/** Tabs; only what the chosen one shows is in the page. Keep `value` in the address, so that it can be sent to somebody. */
export function Tabs({
  value,
  onChange,
  tabs,
  label,
  fill = false,
}: {
  value: string;
  onChange: (value: string) => void;
  tabs: readonly Tab[];
  label: string;
  /** What is shown fills the height there is and scrolls by itself. */
  fill?: boolean;
}) {
  return (
    <Radix.Root value={value} onValueChange={onChange} activationMode="manual" className="flex min-h-0 flex-col">
      <Radix.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px shrink-0 border-b-2 border-transparent px-3 py-2 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && <span className="ml-1.5 text-xs text-muted">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.value}
          value={tab.value}
          className={fill ? "flex min-h-0 grow flex-col data-[state=inactive]:hidden" : "min-h-0 grow pt-4"}
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
