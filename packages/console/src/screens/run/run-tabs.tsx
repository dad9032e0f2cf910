import type { RouteOutput } from "@holdpoint/client";
import { lazy, Suspense } from "react";
import { Loading } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { copy } from "./copy.ts";
import type { JournalState } from "./journal/journal-feed.ts";
import type { RunTab } from "./search.ts";
import { AgentsTab } from "./tabs/agents-tab.tsx";
import { DecisionsTab } from "./tabs/decisions-tab.tsx";
import { EventsTab } from "./tabs/events-tab.tsx";
import { StateTab } from "./tabs/state-tab.tsx";
import { TimelineTab } from "./tabs/timeline-tab.tsx";
import { TraceTab } from "./tabs/trace-tab.tsx";
import { ValuesTab } from "./tabs/values-tab.tsx";

// What draws graphs is large, and most people come for the timeline.
const GraphTab = lazy(() => import("./graph/graph-tab.tsx").then((it) => ({ default: it.GraphTab })));

/** The views of a run. */
export function RunTabs({
  run,
  journal,
  ended,
  tab,
  why,
  selected,
  onTab,
  onSelect,
}: {
  run: RouteOutput<"runs.show">;
  journal: JournalState;
  ended: boolean;
  tab: RunTab;
  why: RouteOutput<"runs.why"> | undefined;
  selected: string | null;
  onTab: (tab: RunTab) => void;
  onSelect: (key: string | null) => void;
}) {
  const views: Readonly<Record<RunTab, React.ReactNode>> = {
    timeline: <TimelineTab {...{ journal, ended, selected, onSelect }} finishedAt={run.finishedAt} />,
    graph: (
      <Suspense fallback={<Loading />}>
        <GraphTab {...{ run, journal, ended, selected, onSelect }} />
      </Suspense>
    ),
    events: <EventsTab {...{ journal, selected, onSelect }} />,
    state: <StateTab {...{ run, why, journal }} />,
    values: <ValuesTab journal={journal} />,
    trace: <TraceTab {...{ run, journal, ended, onSelect }} />,
    decisions: <DecisionsTab run={run.id} />,
    agents: <AgentsTab {...{ journal, onSelect }} />,
  };
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col *:grow">
      <Tabs
        fill
        label={copy.tabs.label}
        value={tab}
        onChange={(value) => onTab(value as RunTab)}
        tabs={(Object.keys(views) as RunTab[]).map((value) => ({
          value,
          label: copy.tabs[value],
          // Only the chosen one is drawn.
          content: value === tab ? views[value] : null,
        }))}
      />
    </div>
  );
}
