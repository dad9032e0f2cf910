import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { apiKey, call } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { RemoveDialog } from "./remove-dialog.tsx";
import { Names } from "./rights.tsx";

type Person = RouteOutput<"people.list">["items"][number];
type Asking = { what: "put"; person: Person | null } | { what: "remove"; person: Person };
const words = copy.known;

/** Whom the directory in the store knows: how they are called, and where mail reaches them. */
export function PeopleList() {
  const people = useInfiniteQuery({
    queryKey: apiKey("people.list"),
    queryFn: ({ pageParam, signal }) => call("people.list", pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const manages = useMay("people:manage");
  const [asking, setAsking] = useState<Asking | null>(null);
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={
        manages && (
          <Button
            icon={<UserPlus size={16} aria-hidden="true" />}
            onClick={() => setAsking({ what: "put", person: null })}
          >
            {words.add}
          </Button>
        )
      }
    >
      <Panel>
        <Answered query={people}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <Nothing>{words.none}</Nothing>
            ) : (
              <DataTable
                label={words.title}
                columns={manages ? [...columns, actions(setAsking)] : columns.slice(0, 2)}
                rows={items}
                rowId={({ id }) => id}
              />
            );
          }}
        </Answered>
      </Panel>
      {people.hasNextPage && (
        <Button busy={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
          {words.more}
        </Button>
      )}
      {asking && <PersonDialog asking={asking} onClose={() => setAsking(null)} />}
    </Section>
  );
}

function PersonDialog({ asking, onClose }: { asking: Asking; onClose: () => void }) {
  const changed = useChanged("people", "groups", "substitutions");
  const { person } = asking;
  if (asking.what === "remove")
    return (
      <RemoveDialog
        words={words}
        name={asking.person.id}
        onClose={onClose}
        onRemove={async () => {
          await client.people.remove({ person: asking.person.id }, { ifMatch: asking.person.etag });
          await changed();
        }}
      />
    );
  return (
    <FormDialog
      open
      title={person === null ? words.add : words.changeTitle(person.id)}
      submit={person === null ? words.add : words.changeSubmit}
      onClose={onClose}
      onSubmit={async (fields) => {
        const [name, mail] = [textOf(fields, "name"), textOf(fields, "mail")];
        const said = { ...(name === undefined ? {} : { name }), ...(mail === undefined ? {} : { mail }) };
        const id = person?.id ?? textOf(fields, "id") ?? "";
        const options = person === null ? {} : { ifMatch: person.etag };
        await client.people.put({ person: id, ...said }, options).finally(changed);
      }}
    >
      {person === null && (
        <Field label={words.id} hint={words.idHint}>
          {(control) => <TextInput {...control} name="id" required maxLength={256} />}
        </Field>
      )}
      <Field label={words.name} optional>
        {(control) => <TextInput {...control} name="name" maxLength={256} defaultValue={person?.name ?? ""} />}
      </Field>
      <Field label={words.mail} hint={words.mailHint} optional>
        {(control) => (
          <TextInput {...control} name="mail" type="email" maxLength={320} defaultValue={person?.mail ?? ""} />
        )}
      </Field>
    </FormDialog>
  );
}

const columns: ColumnDef<Person>[] = [
  {
    header: "Who",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-80 min-w-32 wrap-anywhere">
        <div className="font-medium">{one.id}</div>
        <div className="text-xs text-muted">{one.name}</div>
      </div>
    ),
  },
  { header: "Groups", cell: ({ row }) => <Names names={row.original.groups} /> },
  { header: "Mail", cell: ({ row }) => <span className="wrap-anywhere">{row.original.mail}</span> },
];

const actions = (ask: (asking: Asking) => void): ColumnDef<Person> => ({
  id: "actions",
  header: () => <span className="sr-only">Actions</span>,
  cell: ({ row: { original: person } }) => (
    <span className="flex flex-wrap justify-end gap-2">
      <Button size="sm" aria-label={`${words.change} ${person.id}`} onClick={() => ask({ what: "put", person })}>
        {words.change}
      </Button>
      <Button size="sm" aria-label={`${words.remove} ${person.id}`} onClick={() => ask({ what: "remove", person })}>
        {words.remove}
      </Button>
    </span>
  ),
});
