import type { RouteOutput } from "@holdpoint/client";
import { useMemo } from "react";
import { JsonView } from "../../../ui/json-view.tsx";
import { Moment } from "../../../ui/moment.tsx";
import { copy } from "../copy.ts";
import { Facts, Section } from "../inspector.tsx";
import type { JournalState } from "../journal/journal-feed.ts";
import { WaitList } from "../wait-list.tsx";

const words = copy.state;

/** Where the run is: what it has set, what it waits for, and what its steps have given so far. */
export function StateTab({
  run,
  why,
  journal,
}: {
  run: RouteOutput<"runs.show">;
  why: RouteOutput<"runs.why"> | undefined;
  journal: JournalState;
}) {
  const { book, revision } = journal;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const values = useMemo(() => {
    const found: Record<string, unknown> = {};
    for (const row of book.all()) {
      const settled = row.events.findLast(({ type, outcome }) => outcome === "ok" && !type.endsWith(".opened"));
      if (settled && row.children.length === 0 && settled.value !== undefined) found[row.key] = settled.value;
    }
    return found;
  }, [book, revision]);
  return (
    <div className="grid max-w-4xl gap-6 overflow-y-auto p-4">
      <Section title={words.waits}>
        {why && why.waits.length > 0 ? <WaitList why={why} /> : <p className="text-sm text-muted">{words.none}</p>}
      </Section>
      <Section title={words.attributes}>
        {Object.keys(run.attributes).length > 0 ? (
          <Facts facts={Object.entries(run.attributes).map(([name, value]) => [name, String(value)] as const)} />
        ) : (
          <p className="text-sm text-muted">{words.noAttributes}</p>
        )}
      </Section>
      <Section title={words.placed}>
        <Facts
          facts={[
            [words.fields.queue, run.queue],
            [words.fields.priority, run.priority],
            [words.fields.thread, run.thread],
            [words.fields.workers, why?.workers ?? null],
            [words.fields.entries, run.entries.toLocaleString()],
            [words.fields.updatedAt, <Moment key="at" at={run.updatedAt} />],
            [words.fields.wakeAt, run.wakeAt === null ? null : <Moment key="wake" at={run.wakeAt} />],
          ]}
        />
      </Section>
      <Section title={words.values}>
        {Object.keys(values).length > 0 ? (
          <JsonView value={values} name={`${run.id}-values`} label={words.values} />
        ) : (
          <p className="text-sm text-muted">{words.noValues}</p>
        )}
      </Section>
    </div>
  );
}
