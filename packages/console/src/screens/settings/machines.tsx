import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { copy } from "./copy.ts";
import { Names, RolePicker, rolesOf } from "./rights.tsx";
import { SigningKeys } from "./signing-keys.tsx";

type Client = RouteOutput<"clients.list">["items"][number];
type Asking = { what: "register" } | { what: "rotate" | "revoke"; client: Client };
const words = copy.machines;

/** Machines that get tokens for a secret, and what those tokens are signed with. */
export function Machines() {
  const clients = useQuery(api("clients.list", {}));
  const changed = useChanged("clients");
  const [asking, setAsking] = useState<Asking | null>(null);
  const [made, setMade] = useState<{ id: string; secret: string; title: string } | null>(null);
  const chosen = asking !== null && asking.what !== "register" ? asking.client : null;
  const close = (): void => setAsking(null);
  return (
    <>
      <Section
        title={words.title}
        hint={words.hint}
        actions={
          clients.data && (
            <Button
              look="primary"
              icon={<Plus size={16} aria-hidden="true" />}
              onClick={() => setAsking({ what: "register" })}
            >
              {words.register}
            </Button>
          )
        }
      >
        <Panel>
          <Answered query={clients} absent={words.noIssuer}>
            {({ items }) =>
              items.length === 0 ? (
                <Nothing>{words.none}</Nothing>
              ) : (
                <DataTable label={words.title} columns={columns(setAsking)} rows={items} rowId={({ id }) => id} />
              )
            }
          </Answered>
        </Panel>
      </Section>
      {clients.data && <SigningKeys />}
      <FormDialog
        open={asking?.what === "register"}
        title={words.register}
        submit={words.register}
        width="lg"
        onClose={close}
        onSubmit={async (fields) => {
          const { id, secret } = await call("clients.register", {
            name: textOf(fields, "name") ?? "",
            roles: rolesOf(fields),
          });
          setMade({ id, secret, title: words.made });
          await changed();
        }}
      >
        <Field label={words.name}>{(control) => <TextInput {...control} name="name" required maxLength={128} />}</Field>
        <RolePicker />
      </FormDialog>
      <FormDialog
        open={asking?.what === "rotate"}
        title={words.rotateTitle(chosen?.name ?? "")}
        submit={words.rotateSubmit}
        onClose={close}
        onSubmit={async () => {
          const { id, secret } = await call("clients.rotate", { client: chosen?.id ?? "" });
          setMade({ id, secret, title: words.rotated });
          await changed();
        }}
      >
        <p className="text-muted">{copy.keys.rotateText}</p>
      </FormDialog>
      <FormDialog
        open={asking?.what === "revoke"}
        title={words.revokeTitle(chosen?.name ?? "")}
        submit={words.revokeSubmit(chosen?.name ?? "")}
        danger
        onClose={close}
        onSubmit={async () => {
          await call("clients.revoke", { client: chosen?.id ?? "" });
          await changed();
        }}
      >
        <p className="text-muted">{words.revokeText}</p>
      </FormDialog>
      <ShownOnce
        title={made?.title ?? words.made}
        secrets={made && { [words.clientId]: made.id, [words.secret]: made.secret }}
        onClose={() => setMade(null)}
      >
        {words.once}
      </ShownOnce>
    </>
  );
}

const columns = (ask: (asking: Asking) => void): ColumnDef<Client>[] => [
  {
    header: "Client",
    cell: ({ row }) => (
      <div className="min-w-40 wrap-anywhere">
        <div className="font-medium">{row.original.name}</div>
        <div className="font-mono text-xs text-muted">{row.original.id}</div>
      </div>
    ),
  },
  { header: "Roles", cell: ({ row }) => <Names names={row.original.roles} /> },
  { header: "Since", cell: ({ row }) => <Moment at={row.original.createdAt} /> },
  {
    header: "Old secret until",
    cell: ({ row }) => row.original.previousUntil && <Moment at={row.original.previousUntil} />,
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: client } }) => (
      <Menu
        trigger={
          <IconButton label={copy.menu(client.name)}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
        }
        items={[
          { label: words.rotate, onSelect: () => ask({ what: "rotate", client }) },
          null,
          { label: words.revoke, danger: true, onSelect: () => ask({ what: "revoke", client }) },
        ]}
      />
    ),
  },
];
