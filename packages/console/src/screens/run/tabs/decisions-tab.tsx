import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../../data/api.ts";
import { useNow } from "../../../data/time.ts";
import { JsonView } from "../../../ui/json-view.tsx";
import { Moment } from "../../../ui/moment.tsx";
import { Empty, Failure, Loading } from "../../../ui/states.tsx";
import { HoldStatus, Severity } from "../../../ui/status.tsx";
import { copy } from "../copy.ts";
import { HoldLink } from "../hold-link.tsx";
import { everyHold } from "../holds.ts";
import { lengthText } from "../timeline/lines.ts";

const words = copy.decisions;
type Hold = RouteOutput<"holds.show">;

/** Who was asked what in this run, and what they said. */
export function DecisionsTab({ run }: { run: string }) {
  const holds = useQuery(api("holds.list", everyHold(run)));
  if (holds.error) return <Failure error={holds.error} onRetry={() => void holds.refetch()} />;
  if (!holds.data) return <Loading />;
  if (holds.data.items.length === 0) return <Empty title={words.none} />;
  return (
    <ol aria-label={words.label} className="grid max-w-4xl gap-3 overflow-y-auto p-4">
      {[...holds.data.items].reverse().map((hold) => (
        <HoldItem key={hold.id} hold={hold} />
      ))}
    </ol>
  );
}

function HoldItem({ hold }: { hold: Hold }) {
  const now = useNow();
  const waited = lengthText((hold.closedAt === null ? now : Date.parse(hold.closedAt)) - Date.parse(hold.openedAt));
  return (
    <li className="grid gap-2 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <HoldStatus value={hold.status} />
        <Severity value={hold.severity} />
        <HoldLink hold={hold.id} className="min-w-0 font-medium wrap-anywhere">
          {hold.title}
        </HoldLink>
        <span className="ml-auto text-sm text-muted">
          {hold.closedAt === null ? words.open(waited) : words.waited(waited)}
        </span>
      </div>
      {hold.progress.votes.length > 0 && (
        <ul aria-label={words.votes} className="grid gap-1 text-sm">
          {hold.progress.votes.map(({ by, outcome, note, at, channel }, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: votes have no name and never change places
            <li key={n} className="flex flex-wrap gap-x-2">
              <span className="font-medium">{by ?? "?"}</span> {outcome}
              {note && <q className="wrap-anywhere">{note}</q>}
              <span className="text-muted">
                {channel}, <Moment at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {hold.decision && <JsonView value={hold.decision.value} name="answer" label={copy.inspector.answer} />}
    </li>
  );
}
