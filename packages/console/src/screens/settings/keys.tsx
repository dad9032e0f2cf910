import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import type { Permission } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Checkbox, Field, Select, TextInput } from "../../ui/field.tsx";
import { FormDialog, namesOf, textOf } from "../../ui/form-dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import { Names, RolePicker, rolesOf, ScopePicker } from "./rights.tsx";

type Key = RouteOutput<"keys.list">["items"][number];
type Asking = { what: "create" } | { what: "rotate" | "revoke"; key: Key };

const words = copy.keys;
const dayMs = 86_400_000;

function stateOf({ revokedAt, expiresAt, replacedBy }: Key): keyof typeof words.states {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return "expired";
  return replacedBy === null ? "live" : "replaced";
}

/** API keys: made with what they may do, replaced while the old one still works, revoked. */
export function Keys() {
  const keys = useQuery(api("keys.list", {}));
  const changed = useChanged("keys");
  const [asking, setAsking] = useState<Asking | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [ended, setEnded] = useState(false);
  const close = (): void => setAsking(null);
  const make = async (fields: FormData): Promise<void> => {
    const days = Number(textOf(fields, "days"));
    const [person, workflows] = [textOf(fields, "person"), namesOf(fields, "workflows")];
    const scopes = fields.getAll("scopes") as Permission[];
    const made = await call("keys.create", {
      name: textOf(fields, "name") ?? "",
      roles: rolesOf(fields),
      ...(person === undefined ? {} : { person }),
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(workflows === undefined ? {} : { workflows }),
      ...(days > 0 ? { expiresAt: new Date(Date.now() + days * dayMs).toISOString() } : {}),
    });
    setSecret(made.key);
    await changed();
  };
  const chosen = asking !== null && asking.what !== "create" ? asking.key : null;
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={
        <Button
          look="primary"
          icon={<Plus size={16} aria-hidden="true" />}
          onClick={() => setAsking({ what: "create" })}
        >
          {words.create}
        </Button>
      }
    >
      <Panel>
        <Answered query={keys}>
          {({ items }) => {
            const shown = items.filter((key) => ended || ["live", "replaced"].includes(stateOf(key)));
            if (shown.length === 0) return <Nothing>{words.none}</Nothing>;
            return <DataTable label={words.title} columns={columns(setAsking)} rows={shown} rowId={({ id }) => id} />;
          }}
        </Answered>
      </Panel>
      <Checkbox checked={ended} onChange={({ target }) => setEnded(target.checked)}>
        {words.ended}
      </Checkbox>
      <FormDialog
        open={asking?.what === "create"}
        title={words.create}
        submit={words.create}
        width="lg"
        onClose={close}
        onSubmit={make}
      >
        <KeyFields />
      </FormDialog>
      <FormDialog
        open={asking?.what === "rotate"}
        title={words.rotateTitle(chosen?.name ?? "")}
        submit={words.rotateSubmit}
        onClose={close}
        onSubmit={async (fields) => {
          const made = await call("keys.rotate", { key: chosen?.id ?? "", overlap: Number(textOf(fields, "overlap")) });
          setSecret(made.key);
          await changed();
        }}
      >
        <p className="text-muted">{words.rotateText}</p>
        <Field label={words.overlap}>
          {(control) => (
            <Select {...control} name="overlap" defaultValue="86400">
              {Object.entries(words.overlaps).map(([seconds, label]) => (
                <option key={seconds} value={seconds}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </FormDialog>
      <FormDialog
        open={asking?.what === "revoke"}
        title={words.revokeTitle(chosen?.name ?? "")}
        submit={words.revokeSubmit(chosen?.name ?? "")}
        danger
        onClose={close}
        onSubmit={async () => {
          await call("keys.revoke", { key: chosen?.id ?? "" });
          await changed();
        }}
      >
        <p className="text-muted">{words.revokeText}</p>
      </FormDialog>
      <ShownOnce
        title={words.made}
        secrets={secret === null ? null : { [words.secret]: secret }}
        onClose={() => setSecret(null)}
      >
        {words.once}
      </ShownOnce>
    </Section>
  );
}

const KeyFields = () => (
  <>
    <Field label={words.name}>{(control) => <TextInput {...control} name="name" required maxLength={128} />}</Field>
    <Field label={words.person} hint={words.personHint} optional>
      {(control) => <TextInput {...control} name="person" maxLength={256} />}
    </Field>
    <RolePicker />
    <ScopePicker />
    <Field label={copy.workflows} hint={copy.workflowsHint} optional>
      {(control) => <TextInput {...control} name="workflows" />}
    </Field>
    <Field label={words.expires}>
      {(control) => (
        <Select {...control} name="days" defaultValue="90">
          {Object.entries(words.expiries).map(([days, label]) => (
            <option key={days} value={days}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  </>
);

const tones = { live: "ok", replaced: "info", revoked: "danger", expired: "neutral" } as const;

const columns = (ask: (asking: Asking) => void): ColumnDef<Key>[] => [
  {
    header: "Key",
    cell: ({ row: { original: key } }) => (
      <div className="min-w-40">
        <div className="font-medium wrap-anywhere">{key.name}</div>
        <div className="font-mono text-xs text-muted">{key.id}…</div>
      </div>
    ),
  },
  { header: "Acts as", cell: ({ row }) => <span className="wrap-anywhere">{row.original.person}</span> },
  {
    header: "May",
    cell: ({ row: { original: key } }) => (
      <div className="grid gap-1">
        <Names names={key.roles} />
        {key.scopes && <span className="font-mono text-xs text-muted">{key.scopes.join(", ")}</span>}
        {key.workflows && <span className="text-xs wrap-anywhere text-muted">{key.workflows.join(", ")}</span>}
      </div>
    ),
  },
  {
    header: "Last used",
    cell: ({ row }) => (row.original.lastUsedAt ? <Moment at={row.original.lastUsedAt} /> : copy.never),
  },
  {
    header: "Ends",
    cell: ({ row }) => (row.original.expiresAt ? <Moment at={row.original.expiresAt} /> : copy.never),
  },
  {
    header: "State",
    cell: ({ row }) => {
      const state = stateOf(row.original);
      return <Badge tone={tones[state]}>{words.states[state]}</Badge>;
    },
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: key } }) =>
      ["live", "replaced"].includes(stateOf(key)) && (
        <Menu
          trigger={
            <IconButton label={copy.menu(key.name)}>
              <Ellipsis size={16} aria-hidden="true" />
            </IconButton>
          }
          items={[
            { label: words.rotate, onSelect: () => ask({ what: "rotate", key }) },
            null,
            { label: words.revoke, danger: true, onSelect: () => ask({ what: "revoke", key }) },
          ]}
        />
      ),
  },
];
