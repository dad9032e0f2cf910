import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, TextArea, TextInput } from "../../ui/field.tsx";
import { FormDialog, namesOf, textOf } from "../../ui/form-dialog.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { RemoveDialog } from "./remove-dialog.tsx";
import { Names } from "./rights.tsx";

type Group = RouteOutput<"groups.list">["items"][number];
type Asking = { what: "put"; group: Group | null } | { what: "remove"; group: Group };
const words = copy.groups;

/** Groups that are kept in the store: who decides what holds ask of them. */
export function Groups() {
  const groups = useQuery(api("groups.list", {}));
  const manages = useMay("people:manage");
  const [asking, setAsking] = useState<Asking | null>(null);
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={
        manages && (
          <Button
            look="primary"
            icon={<Plus size={16} aria-hidden="true" />}
            onClick={() => setAsking({ what: "put", group: null })}
          >
            {words.create}
          </Button>
        )
      }
    >
      <Panel>
        <Answered query={groups}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{words.none}</Nothing>
            ) : (
              <DataTable
                label={words.title}
                columns={manages ? [...columns, actions(setAsking)] : columns}
                rows={items}
                rowId={({ name }) => name}
              />
            )
          }
        </Answered>
      </Panel>
      {asking && <GroupDialog asking={asking} onClose={() => setAsking(null)} />}
    </Section>
  );
}

function GroupDialog({ asking, onClose }: { asking: Asking; onClose: () => void }) {
  const changed = useChanged("groups", "people", "substitutions");
  const { group } = asking;
  if (asking.what === "remove")
    return (
      <RemoveDialog
        words={words}
        name={asking.group.name}
        onClose={onClose}
        onRemove={async () => {
          await client.groups.remove({ group: asking.group.name }, { ifMatch: asking.group.etag });
          await changed();
        }}
      />
    );
  return (
    <FormDialog
      open
      title={group === null ? words.create : words.changeTitle(group.name)}
      submit={group === null ? words.create : words.changeSubmit}
      onClose={onClose}
      onSubmit={async (fields) => {
        const description = textOf(fields, "description");
        const said = {
          members: namesOf(fields, "members") ?? [],
          ...(description === undefined ? {} : { description }),
        };
        const name = group?.name ?? textOf(fields, "name") ?? "";
        const options = group === null ? {} : { ifMatch: group.etag };
        // Also where somebody else was quicker: who opens it again sees what they made of it.
        await client.groups.put({ group: name, ...said }, options).finally(changed);
      }}
    >
      {group === null && (
        <Field label={words.name} hint={words.nameHint}>
          {(control) => <TextInput {...control} name="name" required maxLength={256} />}
        </Field>
      )}
      <Field label={words.members} hint={words.membersHint} optional>
        {(control) => <TextArea {...control} name="members" defaultValue={group?.members.join("\n") ?? ""} />}
      </Field>
      <Field label={words.description} optional>
        {(control) => (
          <TextInput {...control} name="description" maxLength={1000} defaultValue={group?.description ?? ""} />
        )}
      </Field>
    </FormDialog>
  );
}

const columns: ColumnDef<Group>[] = [
  {
    header: "Group",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-80 min-w-32 wrap-anywhere">
        <div className="font-medium">{one.name}</div>
        <div className="text-xs text-muted">{one.description}</div>
      </div>
    ),
  },
  {
    header: "Members",
    cell: ({ row: { original: one } }) =>
      one.members.length === 0 ? (
        <span className="text-muted">{words.nobody}</span>
      ) : (
        <div className="min-w-40 wrap-anywhere">
          <Names names={one.members} />
        </div>
      ),
  },
];

const actions = (ask: (asking: Asking) => void): ColumnDef<Group> => ({
  id: "actions",
  header: () => <span className="sr-only">Actions</span>,
  cell: ({ row: { original: group } }) => (
    <span className="flex flex-wrap justify-end gap-2">
      <Button size="sm" aria-label={`${words.change} ${group.name}`} onClick={() => ask({ what: "put", group })}>
        {words.change}
      </Button>
      <Button size="sm" aria-label={`${words.remove} ${group.name}`} onClick={() => ask({ what: "remove", group })}>
        {words.remove}
      </Button>
    </span>
  ),
});
