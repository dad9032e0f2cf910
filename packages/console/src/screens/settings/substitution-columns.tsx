import type { RouteOutput } from "@holdpoint/client";
import { Button } from "../../ui/button.tsx";
import type { ColumnDef } from "../../ui/data-table.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

export type Substitution = RouteOutput<"substitutions.list">["items"][number];

const words = copy.substitutions;
const tones = { planned: "accent", active: "ok", over: "neutral" } as const;

/** Who stands in for whom, when and for what, with how to end it. */
export const substitutionColumns = ({
  mayEnd,
  onEnd,
}: {
  mayEnd: (one: Substitution) => boolean;
  onEnd: (one: Substitution) => void;
}): ColumnDef<Substitution>[] => [
  {
    header: "Away",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-64 min-w-24 wrap-anywhere">
        <div className="font-medium">{one.person}</div>
        <div className="text-xs text-muted">{one.note}</div>
      </div>
    ),
  },
  {
    header: "Stands in",
    cell: ({ row }) => <span className="font-medium wrap-anywhere">{row.original.substitute}</span>,
  },
  {
    header: "State",
    cell: ({ row }) => <Badge tone={tones[row.original.state]}>{words.states[row.original.state]}</Badge>,
  },
  { header: "From", cell: ({ row: { original: one } }) => <Moment at={one.from ?? one.createdAt} /> },
  {
    header: "Until",
    cell: ({ row: { original: one } }) =>
      one.until === null ? <span className="text-muted">{words.open}</span> : <Moment at={one.until} />,
  },
  {
    header: "For",
    cell: ({ row: { original: one } }) => (
      <span className="wrap-anywhere">
        {[...(one.workflows ?? []), ...(one.groups ?? []).map(words.asGroup)].join(", ") || words.everything}
      </span>
    ),
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: one } }) =>
      mayEnd(one) &&
      one.state !== "over" && (
        <span className="flex justify-end">
          <Button size="sm" aria-label={words.endOf(one.person, one.substitute)} onClick={() => onEnd(one)}>
            {words.end}
          </Button>
        </span>
      ),
  },
];
