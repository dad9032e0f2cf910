import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { api } from "../../data/api.ts";
import type { JsonSchema } from "../../forms/fields.ts";
import { Section } from "../../ui/page.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { copy } from "./copy.ts";
import { PatternForm } from "./pattern-form.tsx";
import { PatternRun } from "./pattern-run.tsx";
import type { Pattern } from "./screen.tsx";

const GraphTab = lazy(() =>
  import("../workflow/graph-tab.tsx").then(({ GraphTab: component }) => ({ default: component })),
);

/** One pattern: what it is for, its drawing and its form; or a run of it in their place. */
export function PatternView({ pattern, run }: { pattern: Pattern; run: string | undefined }) {
  const { name, version, description } = pattern;
  const found = useQuery(api("workflows.show", { workflow: name }));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const input = found.data.input as JsonSchema | null;
  return (
    <>
      <Section
        title={name}
        hint={
          <>
            <span className="block text-ink">{description}</span>
            {pattern.pattern.use}
          </>
        }
      >
        {null}
      </Section>
      {run === undefined ? (
        <>
          <PatternForm workflow={name} input={input} />
          <Section title={copy.drawing}>
            <Suspense fallback={<Loading />}>
              <GraphTab workflow={name} version={version} />
            </Suspense>
          </Section>
        </>
      ) : (
        <PatternRun key={run} id={run} workflow={name} input={input} />
      )}
    </>
  );
}
