import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { Page } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Annotate } from "./annotate.tsx";
import { copy } from "./copy.ts";
import { DoneItems } from "./done-items.tsx";
import { Quality } from "./quality.tsx";
import type { AnnotationsSearch } from "./route.ts";

const route = getRouteApi("/annotations");

/** One queue: its work, how good it is, and what is done. */
export function QueueView({ queue }: { queue: string }) {
  const { tab = "annotate" } = route.useSearch();
  const navigate = useNavigate();
  const choose = (next: string): void => {
    const search: AnnotationsSearch = { queue, ...((next === "quality" || next === "done") && { tab: next }) };
    void navigate({ to: "/annotations", search, replace: true });
  };
  return (
    <Page
      title={queue}
      actions={
        <Link to="/annotations" className="inline-flex items-center gap-1 text-sm text-accent-text hover:underline">
          <ChevronLeft size={15} aria-hidden="true" />
          {copy.back}
        </Link>
      }
    >
      <Tabs
        label={copy.tabs.label}
        value={tab}
        onChange={choose}
        tabs={[
          { value: "annotate", label: copy.tabs.annotate, content: <Annotate queue={queue} /> },
          { value: "quality", label: copy.tabs.quality, content: <Quality queue={queue} /> },
          { value: "done", label: copy.tabs.done, content: <DoneItems queue={queue} /> },
        ]}
      />
    </Page>
  );
}
