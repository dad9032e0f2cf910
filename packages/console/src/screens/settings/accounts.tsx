import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, UserPlus } from "lucide-react";
import { useState } from "react";
import { useAction, useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Checkbox, Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, namesOf, textOf } from "../../ui/form-dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import { Invitations } from "./invitations.tsx";
import { Names, RolePicker, rolesOf } from "./rights.tsx";

type Account = RouteOutput<"accounts.list">["items"][number];
type What = "rights" | "reset" | "disable" | "remove";
type Ask = (what: What, account: Account) => void;

const words = copy.people;
const groups = ["accounts", "invitations", "sessions"] as const;

/** Accounts with a password of this server: invited, given roles, reset, disabled, removed. */
export function Accounts() {
  const accounts = useQuery(api("accounts.list", {}));
  const changed = useChanged(...groups);
  const [inviting, setInviting] = useState(false);
  const [asking, setAsking] = useState<{ what: What; account: Account } | null>(null);
  const [link, setLink] = useState<{ title: string; link: string } | null>(null);
  const enable = useAction(
    groups,
    (account: string) => call("accounts.enable", { account }),
    (_, name) => words.enabled(name),
  );
  const invite = async (fields: FormData): Promise<void> => {
    const [displayName, person] = [textOf(fields, "displayName"), textOf(fields, "person")];
    const made = await call("accounts.invite", {
      name: textOf(fields, "name") ?? "",
      roles: rolesOf(fields),
      groups: namesOf(fields, "groups") ?? [],
      ...(displayName === undefined ? {} : { displayName }),
      ...(person === undefined ? {} : { person }),
    });
    setLink({ title: words.invited, link: made.link });
    await changed();
  };
  const ask: Ask = (what, account) => setAsking({ what, account });
  return (
    <>
      <Section
        title={words.accounts}
        hint={words.accountsHint}
        actions={
          accounts.data && (
            <Button look="primary" icon={<UserPlus size={16} aria-hidden="true" />} onClick={() => setInviting(true)}>
              {words.invite}
            </Button>
          )
        }
      >
        <Panel>
          <Answered query={accounts} absent={words.noAccounts}>
            {({ items }) =>
              items.length === 0 ? (
                <Nothing>{words.none}</Nothing>
              ) : (
                <DataTable
                  label={words.accounts}
                  columns={columns(ask, enable.mutate)}
                  rows={items}
                  rowId={({ name }) => name}
                />
              )
            }
          </Answered>
        </Panel>
      </Section>
      {accounts.data && <Invitations />}
      <FormDialog
        open={inviting}
        title={words.invite}
        submit={words.invite}
        width="lg"
        onClose={() => setInviting(false)}
        onSubmit={invite}
      >
        <Field label={words.name} hint={words.nameHint}>
          {(control) => <TextInput {...control} name="name" required maxLength={100} autoComplete="off" />}
        </Field>
        <Field label={words.displayName} optional>
          {(control) => <TextInput {...control} name="displayName" maxLength={200} autoComplete="off" />}
        </Field>
        <Field label={words.person} hint={words.personHint} optional>
          {(control) => <TextInput {...control} name="person" maxLength={256} />}
        </Field>
        <RolePicker chosen={["reviewer"]} />
        <Groups />
      </FormDialog>
      {asking && (
        <AccountDialog
          {...asking}
          onClose={() => setAsking(null)}
          onLink={(made) => setLink({ title: words.reset, link: made })}
        />
      )}
      <ShownOnce
        title={link?.title ?? words.invited}
        secrets={link && { [words.link]: link.link }}
        onClose={() => setLink(null)}
      >
        {words.linkHint}
      </ShownOnce>
    </>
  );
}

const Groups = ({ chosen = [] }: { chosen?: readonly string[] }) => (
  <Field label={words.groups} hint={words.groupsHint} optional>
    {(control) => <TextInput {...control} name="groups" defaultValue={chosen.join(", ")} />}
  </Field>
);

/** What is done to one account, and what it means for them. */
function AccountDialog({
  what,
  account,
  onClose,
  onLink,
}: {
  what: What;
  account: Account;
  onClose: () => void;
  onLink: (link: string) => void;
}) {
  const changed = useChanged(...groups);
  const { name, etag } = account;
  const input = { account: name };
  const work: Record<What, (fields: FormData) => Promise<unknown>> = {
    rights: (fields) =>
      client.accounts.change(
        { ...input, roles: rolesOf(fields), groups: namesOf(fields, "groups") ?? [] },
        { ifMatch: etag },
      ),
    reset: async (fields) => onLink((await call("accounts.reset", { ...input, totp: fields.has("totp") })).link),
    disable: () => call("accounts.disable", input),
    remove: () => client.accounts.remove(input, { ifMatch: etag }),
  };
  const text = {
    rights: { title: words.rightsTitle(name), text: words.rightsText, submit: words.rightsSubmit },
    reset: { title: words.resetTitle(name), text: words.resetText, submit: words.resetSubmit(name) },
    disable: { title: words.disableTitle(name), text: words.disableText, submit: words.disableSubmit(name) },
    remove: { title: words.removeTitle(name), text: words.removeText, submit: words.removeSubmit(name) },
  }[what];
  return (
    <FormDialog
      open
      title={text.title}
      submit={text.submit}
      danger={what !== "rights"}
      width={what === "rights" ? "lg" : "md"}
      onClose={onClose}
      onSubmit={async (fields) => {
        await work[what](fields);
        await changed();
      }}
    >
      {what === "rights" && <RolePicker chosen={account.roles} />}
      {what === "rights" && <Groups chosen={account.groups} />}
      <p className="text-muted">{text.text}</p>
      {what === "reset" && account.hasTotp && <Checkbox name="totp">{words.resetTotp}</Checkbox>}
    </FormDialog>
  );
}

const columns = (ask: Ask, enable: (name: string) => void): ColumnDef<Account>[] => [
  {
    header: "Account",
    cell: ({ row: { original: account } }) => (
      <div className="min-w-40 wrap-anywhere">
        <div className="font-medium">{account.displayName ?? account.name}</div>
        {account.displayName !== null && <div className="text-xs text-muted">{account.name}</div>}
      </div>
    ),
  },
  { header: "Acts as", cell: ({ row }) => <span className="wrap-anywhere">{row.original.person}</span> },
  { header: "Roles", cell: ({ row }) => <Names names={row.original.roles} /> },
  { header: "Groups", cell: ({ row }) => <Names names={row.original.groups} /> },
  {
    header: "State",
    cell: ({ row: { original: account } }) => (
      <span className="flex flex-wrap gap-1">
        {account.disabled && <Badge tone="danger">{words.states.disabled}</Badge>}
        {!account.disabled && !account.hasPassword && <Badge tone="warn">{words.states.noPassword}</Badge>}
        {!account.disabled && account.hasPassword && <Badge tone="ok">{words.states.active}</Badge>}
        {account.hasTotp && <Badge>{words.totp}</Badge>}
      </span>
    ),
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: account } }) => (
      <Menu
        trigger={
          <IconButton label={copy.menu(account.name)}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
        }
        items={[
          { label: words.rights, onSelect: () => ask("rights", account) },
          { label: words.resetMenu, onSelect: () => ask("reset", account) },
          account.disabled
            ? { label: words.enable, onSelect: () => enable(account.name) }
            : { label: words.disable, onSelect: () => ask("disable", account) },
          null,
          { label: words.remove, danger: true, onSelect: () => ask("remove", account) },
        ]}
      />
    ),
  },
];
