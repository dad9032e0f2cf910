import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction, useChanged } from "../../data/action.ts";
import { apiKey, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";

type Session = RouteOutput<"sessions.list">["items"][number];
const words = copy.sessions;

/** Who is signed in with a browser, and how to end that. */
export function Sessions() {
  const sessions = useInfiniteQuery({
    queryKey: apiKey("sessions.list"),
    queryFn: ({ pageParam, signal }) => call("sessions.list", pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const changed = useChanged("sessions");
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const end = useAction(
    ["sessions"],
    (session: string) => call("sessions.end", { session }),
    () => words.ended,
  );
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={sessions.data && <Button onClick={() => setAsking(true)}>{words.endAll}</Button>}
    >
      <Panel>
        <Answered query={sessions} absent={words.noSessions}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <Nothing>{words.none}</Nothing>
            ) : (
              <SessionTable items={items} onEnd={end.mutate} />
            );
          }}
        </Answered>
      </Panel>
      {sessions.hasNextPage && (
        <Button busy={sessions.isFetchingNextPage} onClick={() => void sessions.fetchNextPage()}>
          {words.more}
        </Button>
      )}
      <FormDialog
        open={asking}
        title={words.endAllTitle}
        submit={words.endAllSubmit}
        danger
        onClose={() => setAsking(false)}
        onSubmit={async (fields) => {
          const { ended } = await call("sessions.endAll", { person: textOf(fields, "person") ?? "" });
          toast.show({ text: words.endedMany(ended) });
          await changed();
        }}
      >
        <Field label={words.person}>
          {(control) => <TextInput {...control} name="person" required maxLength={256} />}
        </Field>
      </FormDialog>
    </Section>
  );
}

/** Sessions, with `current` marked. */
export function SessionTable({
  items,
  current,
  onEnd,
}: {
  items: Session[];
  current?: string;
  onEnd: (session: string) => void;
}) {
  const columns: ColumnDef<Session>[] = [
    {
      header: "Who",
      cell: ({ row: { original: one } }) => (
        <div className="min-w-32 wrap-anywhere">
          <div className="flex flex-wrap gap-1.5 font-medium">
            {one.person} {one.id === current && <Badge tone="accent">{words.current}</Badge>}
          </div>
          <div className="text-xs text-muted">{one.via}</div>
        </div>
      ),
    },
    {
      header: "With",
      cell: ({ row: { original: one } }) => (
        <div className="max-w-96 min-w-40 text-sm wrap-anywhere">
          {one.browser ?? words.unknownBrowser}
          <div className="text-xs text-muted">{one.address}</div>
        </div>
      ),
    },
    { header: "Seen", cell: ({ row }) => <Moment at={row.original.seenAt} /> },
    { header: "Ends", cell: ({ row }) => <Moment at={row.original.endsAt} /> },
    {
      id: "actions",
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original: one } }) =>
        one.id !== current && (
          <Button
            size="sm"
            aria-label={`${words.end}: ${one.person}, ${one.browser ?? one.id.slice(0, 8)}`}
            onClick={() => onEnd(one.id)}
          >
            {words.end}
          </Button>
        ),
    },
  ];
  return <DataTable label={words.title} columns={columns} rows={items} rowId={({ id }) => id} />;
}
