import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Shapes } from "lucide-react";
import { api } from "../../data/api.ts";
import { classNames } from "../../ui/class-names.ts";
import { Page, Section } from "../../ui/page.tsx";
import { CopyText } from "../../ui/shown-once.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { PatternView } from "./pattern-view.tsx";

type Workflow = RouteOutput<"workflows.list">["items"][number];
/** A workflow that is made by a pattern. */
export type Pattern = Workflow & { pattern: NonNullable<Workflow["pattern"]> };

const route = getRouteApi("/patterns");
const isPattern = (one: Workflow): one is Pattern => one.pattern !== null;

/** The patterns of agents that this server has, and one of them to run. */
export function PatternsScreen() {
  const { pattern, run } = route.useSearch();
  const found = useQuery(api("workflows.list", {}));
  const patterns = (found.data?.items ?? []).filter(isPattern);
  const chosen = pattern === undefined ? patterns[0] : patterns.find(({ name }) => name === pattern);
  return (
    <Page title={copy.title}>
      <p className="-mt-4 text-muted">{copy.lead}</p>
      {found.isPending && <Loading />}
      {found.error && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (patterns.length === 0 || chosen === undefined) && (
        <Empty title={copy.none} icon={<Shapes size={20} aria-hidden="true" />}>
          <p>{copy.noneNote}</p>
          <CopyText label={copy.project.label} value={copy.command} />
        </Empty>
      )}
      {chosen && (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
          <PatternList patterns={patterns} chosen={chosen.name} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
            <PatternView key={chosen.name} pattern={chosen} run={run} />
            <Section title={copy.project.title} hint={copy.project.hint}>
              <CopyText label={copy.project.label} value={copy.command} />
            </Section>
          </div>
        </div>
      )}
    </Page>
  );
}

const PatternList = ({ patterns, chosen }: { patterns: readonly Pattern[]; chosen: string }) => (
  <nav aria-label={copy.list} className="max-lg:max-h-52 max-lg:overflow-y-auto">
    <ul className="grid gap-1">
      {patterns.map(({ name, pattern }) => (
        <li key={name}>
          <TextLink
            to="/patterns"
            search={{ pattern: name }}
            aria-current={name === chosen ? "page" : undefined}
            className={classNames(
              "grid rounded-md px-3 py-1.5 no-underline hover:bg-hover",
              name === chosen && "bg-accent-soft",
            )}
          >
            <span className="font-medium wrap-anywhere">{name}</span>
            {pattern.name !== name && <span className="text-xs text-muted wrap-anywhere">{pattern.name}</span>}
          </TextLink>
        </li>
      ))}
    </ul>
  </nav>
);
