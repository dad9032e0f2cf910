import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, Select, TextInput } from "../../ui/field.tsx";
import { FormDialog, namesOf, textOf } from "../../ui/form-dialog.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import type { Role } from "./rights.tsx";

type Binding = RouteOutput<"access.list">["items"][number];
const words = copy.people;

/** Roles that are given to people, to groups (of the provider, too) and to keys, for all workflows or for some. */
export function Bindings() {
  const bindings = useQuery(api("access.list", {}));
  const changed = useChanged("access");
  const [binding, setBinding] = useState(false);
  const [taking, setTaking] = useState<Binding | null>(null);
  const bind = async (fields: FormData): Promise<void> => {
    const name = textOf(fields, "name") ?? "";
    const workflows = namesOf(fields, "workflows");
    const subject = { person: { person: name }, group: { group: name }, key: { key: name } }[
      (textOf(fields, "kind") ?? "person") as "person" | "group" | "key"
    ];
    const role = textOf(fields, "role") as Role;
    await call("access.bind", { ...subject, role, ...(workflows === undefined ? {} : { workflows }) });
    await changed();
  };
  return (
    <Section
      title={words.bindings}
      hint={words.bindingsHint}
      actions={
        <Button icon={<Plus size={16} aria-hidden="true" />} onClick={() => setBinding(true)}>
          {words.bind}
        </Button>
      }
    >
      <Panel>
        <Answered query={bindings} rows={1}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{words.noBindings}</Nothing>
            ) : (
              <DataTable label={words.bindings} columns={columns(setTaking)} rows={items} rowId={({ id }) => id} />
            )
          }
        </Answered>
      </Panel>
      <FormDialog
        open={binding}
        title={words.bind}
        submit={words.bind}
        onClose={() => setBinding(false)}
        onSubmit={bind}
      >
        <Field label={words.subject}>
          {(control) => (
            <Select {...control} name="kind" defaultValue="group">
              {Object.entries(words.kinds).map(([kind, label]) => (
                <option key={kind} value={kind}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={words.subjectName}>
          {(control) => <TextInput {...control} name="name" required maxLength={256} />}
        </Field>
        <Field label={words.role}>
          {(control) => (
            <Select {...control} name="role" defaultValue="reviewer">
              {Object.entries(copy.roles).map(([role, text]) => (
                <option key={role} value={role}>
                  {role}: {text}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={copy.workflows} hint={copy.workflowsHint} optional>
          {(control) => <TextInput {...control} name="workflows" />}
        </Field>
      </FormDialog>
      <FormDialog
        open={taking !== null}
        title={words.unbindTitle(taking?.role ?? "", taking?.subject.name ?? "")}
        submit={words.unbindSubmit}
        danger
        onClose={() => setTaking(null)}
        onSubmit={async () => {
          await call("access.unbind", { binding: taking?.id ?? "" });
          await changed();
        }}
      >
        <p className="text-muted">{words.unbindText}</p>
      </FormDialog>
    </Section>
  );
}

const columns = (take: (binding: Binding) => void): ColumnDef<Binding>[] => [
  {
    header: "To whom",
    cell: ({ row: { original: one } }) => (
      <span className="wrap-anywhere">
        <span className="text-muted">{words.kinds[one.subject.kind]}</span> {one.subject.name}
      </span>
    ),
  },
  { header: "Role", cell: ({ row }) => <Badge>{row.original.role}</Badge> },
  {
    header: "Workflows",
    cell: ({ row }) => (
      <span className="wrap-anywhere">{row.original.workflows?.join(", ") ?? copy.you.everything}</span>
    ),
  },
  { header: "By", cell: ({ row }) => <span className="wrap-anywhere">{row.original.createdBy}</span> },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: one } }) => (
      <Button size="sm" aria-label={`${words.unbind} ${one.role}, ${one.subject.name}`} onClick={() => take(one)}>
        {words.unbind}
      </Button>
    ),
  },
];
