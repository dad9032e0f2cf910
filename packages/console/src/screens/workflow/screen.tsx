import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Play, Wrench } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { FigureRow } from "./figure-row.tsx";
import { RecentRuns } from "./recent-runs.tsx";
import { Schemas } from "./schemas.tsx";
import { StartRunDialog } from "./start-run.tsx";

const route = getRouteApi("/workflows/$workflow");
const GraphTab = lazy(() => import("./graph-tab.tsx").then(({ GraphTab: component }) => ({ default: component })));

/** A workflow: how it goes, what it looks like, its newest runs, and how to start one. */
export function WorkflowScreen() {
  const { workflow } = route.useParams();
  const { tab = "graph", version } = route.useSearch();
  const navigate = useNavigate();
  const mayStart = useMay("runs:start");
  const [starting, setStarting] = useState(false);
  const found = useQuery(api("workflows.show", { workflow, ...(version !== undefined && { version }) }));
  const pipelines = useQuery({ ...api("pipelines.list", {}), retry: false });
  const isPipeline = pipelines.data?.items.some(({ name }) => name === workflow) ?? false;
  const go = (search: object): void =>
    void navigate({
      to: "/workflows/$workflow",
      params: { workflow },
      search: (before) => ({ ...before, ...search }) as object,
      replace: true,
    });
  if (found.isPending) return <Loading />;
  if (!found.data)
    return (
      <>
        <h1 className="sr-only">{workflow}</h1>
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      </>
    );
  const { name, versions, version: shown } = found.data;
  return (
    <div className="overflow-y-auto">
      <div className="mx-auto grid w-full max-w-6xl gap-5 px-4 py-6 sm:px-6">
        <header className="flex flex-wrap items-center gap-3">
          <div className="min-w-0 grow basis-60">
            <p className="text-sm">
              <TextLink to="/workflows">{copy.title}</TextLink>
            </p>
            <h1 className="text-lg font-semibold wrap-anywhere">{name}</h1>
          </div>
          <div>
            <Select
              aria-label={copy.versionLabel}
              value={shown}
              onChange={({ target }) =>
                go({ version: Number(target.value) === versions[0] ? undefined : Number(target.value) })
              }
            >
              {versions.map((one, n) => (
                <option key={one} value={one}>
                  {copy.versionOf(one, n === 0)}
                </option>
              ))}
            </Select>
          </div>
          {isPipeline && (
            <Button
              icon={<Wrench size={15} aria-hidden="true" />}
              onClick={() => void navigate({ to: "/builder", search: { pipeline: name } })}
            >
              {copy.edit}
            </Button>
          )}
          {mayStart && (
            <Button look="primary" icon={<Play size={15} aria-hidden="true" />} onClick={() => setStarting(true)}>
              {copy.start}
            </Button>
          )}
        </header>
        <FigureRow workflow={name} />
        <Tabs
          label={copy.tabs.label}
          value={tab}
          onChange={(next) => go({ tab: next === "graph" ? undefined : next })}
          tabs={[
            {
              value: "graph",
              label: copy.tabs.graph,
              content: (
                <Suspense fallback={<Loading />}>
                  <GraphTab workflow={name} version={shown} />
                </Suspense>
              ),
            },
            { value: "runs", label: copy.tabs.runs, content: <RecentRuns workflow={name} /> },
            { value: "schemas", label: copy.tabs.schemas, content: <Schemas about={found.data} /> },
          ]}
        />
      </div>
      {starting && <StartRunDialog workflow={name} onClose={() => setStarting(false)} />}
    </div>
  );
}
