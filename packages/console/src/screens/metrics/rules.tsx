import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { wordsOf } from "../../ui/words.ts";
import { copy } from "./copy.ts";
import { shareText } from "./figures.ts";
import { TrialResult, type Tried } from "./trial-result.tsx";
import { TryRules } from "./try-rules.tsx";

type Lesson = RouteOutput<"holds.lessons">["items"][number];
const words = copy.rules;

/** Which rules ask people for nothing, and what others would have made of the past. */
export function Rules({ workflow }: { workflow: string | undefined }) {
  const lessons = useQuery(api("holds.lessons", workflow === undefined ? {} : { workflow }));
  const [asking, setAsking] = useState(false);
  const [tried, setTried] = useState<Tried | null>(null);
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={<Button onClick={() => setAsking(true)}>{words.tryOthers}</Button>}
    >
      <Panel>
        <Answered query={lessons}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{words.nothing}</Nothing>
            ) : (
              <DataTable label={words.title} columns={columns} rows={items} rowId={({ rule }) => rule} />
            )
          }
        </Answered>
      </Panel>
      <TryRules workflow={workflow} open={asking} onClose={() => setAsking(false)} onTried={setTried} />
      <TrialResult tried={tried} onClose={() => setTried(null)} />
    </Section>
  );
}

const columns: ColumnDef<Lesson>[] = [
  { header: words.rule, cell: ({ row }) => <span className="wrap-anywhere">{wordsOf(row.original.rule)}</span> },
  { header: words.decided, accessorKey: "decided" },
  { header: words.unchanged, accessorKey: "unchanged" },
  { header: words.edited, accessorKey: "edited" },
  { header: words.rejected, accessorKey: "rejected" },
  {
    header: words.changed,
    cell: ({ row: { original } }) => shareText((original.edited + original.rejected) / original.decided),
  },
];
