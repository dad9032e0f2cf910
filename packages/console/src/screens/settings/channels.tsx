import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useAction } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

type Channel = RouteOutput<"channels.list">["items"][number];
const words = copy.channels;
const tones = { unknown: "neutral", ok: "ok", failing: "danger" } as const;

/** The ways to people, whether messages arrive, and a test message to oneself. */
export function Channels() {
  const channels = useQuery(api("channels.list", {}));
  const test = useAction(
    [],
    async (channel: string) => {
      const { ok, error } = await call("channels.test", { channel });
      if (!ok) throw new Error(words.refused(channel, error ?? ""));
      return channel;
    },
    (channel) => words.tested(channel),
  );
  return (
    <Section title={words.title} hint={words.hint}>
      <Panel>
        <Answered query={channels}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{words.none}</Nothing>
            ) : (
              <DataTable
                label={words.title}
                columns={columns(test.mutate, test.isPending ? test.variables : null)}
                rows={items}
                rowId={({ name }) => name}
              />
            )
          }
        </Answered>
      </Panel>
    </Section>
  );
}

const columns = (test: (channel: string) => void, busy: string | null): ColumnDef<Channel>[] => [
  {
    header: "Channel",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-80 min-w-32 wrap-anywhere">
        <div className="font-medium">{one.name}</div>
        <div className="text-xs text-muted">{one.target === null ? one.type : words.at(one.type, one.target)}</div>
      </div>
    ),
  },
  {
    header: "Arrives",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-96 min-w-32 wrap-anywhere">
        <Badge tone={tones[one.health]}>{words.health[one.health]}</Badge>
        {one.health === "failing" && <div className="mt-1 text-xs text-muted">{one.lastError}</div>}
      </div>
    ),
  },
  {
    header: "Lately",
    cell: ({ row }) => <span className="text-sm tabular-nums">{words.recent(row.original.recent)}</span>,
  },
  {
    header: "Last sent",
    cell: ({ row: { original: one } }) =>
      one.lastSentAt === null ? <span className="text-muted">{copy.never}</span> : <Moment at={one.lastSentAt} />,
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: one } }) =>
      one.type === "approval-system" ? (
        <span className="text-xs text-muted">{words.untestable}</span>
      ) : (
        <Button
          size="sm"
          icon={<Send size={14} aria-hidden="true" />}
          busy={busy === one.name}
          aria-label={words.testOf(one.name)}
          onClick={() => test(one.name)}
        >
          {words.test}
        </Button>
      ),
  },
];
