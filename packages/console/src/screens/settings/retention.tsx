import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Panel, Section } from "../../ui/page.tsx";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";

type Shown = RouteOutput<"retention.show">;
type Table = NonNullable<Shown["sizes"]["tables"]>[number];
const words = copy.retention;

/** What stays how long, how much there is, and removing what has had its time. */
export function Retention() {
  const retention = useQuery(api("retention.show", {}));
  const changed = useChanged("retention");
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const due = retention.data?.due?.runs ?? 0;
  return (
    <>
      <Section
        title={words.title}
        hint={words.hint}
        actions={due > 0 && <Button onClick={() => setAsking(true)}>{words.run}</Button>}
      >
        <Panel>
          <Answered query={retention}>{(shown) => <Terms shown={shown} />}</Answered>
        </Panel>
      </Section>
      {retention.data && <Sizes sizes={retention.data.sizes} />}
      <FormDialog
        open={asking}
        title={words.runTitle(due)}
        submit={words.runSubmit}
        danger
        onClose={() => setAsking(false)}
        onSubmit={async () => {
          const done = await call("retention.run", {});
          toast.show({ text: words.removed(done.removed, done.more) });
          await changed();
        }}
      >
        <p className="text-muted">{words.runText}</p>
      </FormDialog>
    </>
  );
}

function Terms({ shown: { runsMs, tombstonesMs, holdsMs, everyMs, due } }: { shown: Shown }) {
  return (
    <dl className="grid gap-x-3 gap-y-3 p-4 sm:grid-cols-[16rem_minmax(0,1fr)]">
      <dt className="text-muted">{words.runs}</dt>
      <dd>{words.term(runsMs)}</dd>
      <dt className="text-muted">{words.tombstones}</dt>
      <dd>{words.term(tombstonesMs)}</dd>
      <dt className="text-muted">{words.holds}</dt>
      <dd>{words.term(holdsMs)}</dd>
      <dt className="text-muted">{words.due}</dt>
      <dd className="tabular-nums">
        {due === null ? words.nothingDue : words.dueNow(due.runs, due.runsWithinDay)}
        <div className="text-sm text-muted">{words.every(everyMs)}</div>
      </dd>
    </dl>
  );
}

function Sizes({ sizes }: { sizes: Shown["sizes"] }) {
  const counted = Object.entries(sizes.runs).filter(([, count]) => count > 0);
  return (
    <Section title={words.sizes} hint={words.counted(sizes.at)}>
      <Panel>
        <dl className="grid gap-x-3 gap-y-3 p-4 tabular-nums sm:grid-cols-[16rem_minmax(0,1fr)]">
          {sizes.bytes !== null && (
            <>
              <dt className="text-muted">{words.bytes}</dt>
              <dd>{words.size(sizes.bytes)}</dd>
            </>
          )}
          <dt className="text-muted">{words.openHolds}</dt>
          <dd>{sizes.openHolds.toLocaleString("en")}</dd>
          {counted.map(([status, count]) => (
            <div key={status} className="contents">
              <dt className="text-muted">{words.runsThat(status)}</dt>
              <dd>{count.toLocaleString("en")}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      {sizes.tables !== null && (
        <Panel>
          <DataTable label={words.tables} columns={columns} rows={sizes.tables} rowId={({ name }) => name} />
        </Panel>
      )}
    </Section>
  );
}

const columns: ColumnDef<Table>[] = [
  { header: "Table", cell: ({ row }) => <span className="font-mono text-sm">{row.original.name}</span> },
  { header: "Size", cell: ({ row }) => <span className="tabular-nums">{words.size(row.original.bytes)}</span> },
  {
    header: "Rows, about",
    cell: ({ row }) => <span className="tabular-nums">{row.original.rows.toLocaleString("en")}</span>,
  },
];
