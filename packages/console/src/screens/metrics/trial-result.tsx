import type { RouteOutput } from "@holdpoint/client";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Panel } from "../../ui/page.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { lengthText } from "./figures.ts";

/** What other rules would have made of which holds. */
export type Tried = RouteOutput<"holds.tryPolicy"> & { workflow: string; name: string };
type Change = Tried["holds"]["changes"][number];
const words = copy.rules;

/** What would have been otherwise, hold by hold, with the reason. */
export function TrialResult({ tried, onClose }: { tried: Tried | null; onClose: () => void }) {
  return (
    <Dialog open={tried !== null} title={words.result} width="xl" onClose={onClose}>
      {tried && <Outcome {...tried} />}
    </Dialog>
  );
}

function Outcome({ workflow, name, holds, gate }: Tried) {
  const { before, after, holds: waited } = holds.waitedMs;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="text-sm text-muted wrap-anywhere">
        {name} · {workflow}
      </p>
      <p role="status" className="font-medium">
        {holds.looked === 0 ? words.noHolds : words.same(holds.looked, holds.same)}
      </p>
      {gate && <p>{words.gate(gate.looked, gate.held.before, gate.held.after)}</p>}
      {before !== null && after !== null && <p>{words.waited(waited, lengthText(before), lengthText(after))}</p>}
      {holds.changes.length > 0 && (
        <Panel>
          <DataTable label={words.result} columns={columns} rows={holds.changes} rowId={({ holdId }) => holdId} />
        </Panel>
      )}
      <p className="text-sm text-muted">{words.unknown}</p>
    </div>
  );
}

const told = ({ outcome, by }: Change["before"]): string => (by === null ? outcome : words.by(outcome, by));

const columns: ColumnDef<Change>[] = [
  {
    header: words.hold,
    cell: ({ row: { original } }) => (
      <TextLink to="/inbox/$hold" params={{ hold: original.holdId }} className="font-mono text-xs wrap-anywhere">
        {original.runId}
      </TextLink>
    ),
  },
  { header: words.was, cell: ({ row }) => <span className="wrap-anywhere">{told(row.original.before)}</span> },
  { header: words.wouldBe, cell: ({ row }) => <span className="wrap-anywhere">{told(row.original.after)}</span> },
  { header: words.why, cell: ({ row }) => <span className="wrap-anywhere">{row.original.why.join("; ")}</span> },
];
