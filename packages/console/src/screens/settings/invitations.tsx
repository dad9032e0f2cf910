import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useAction } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { Names } from "./rights.tsx";

type Invitation = RouteOutput<"invitations.list">["items"][number];
const words = copy.people;

/** Who was asked to choose a password and has not yet. */
export function Invitations() {
  const invitations = useQuery(api("invitations.list", {}));
  const withdraw = useAction(
    ["invitations"],
    (invitation: string) => call("invitations.withdraw", { invitation }),
    () => words.withdrawn,
  );
  const columns: ColumnDef<Invitation>[] = [
    { header: "Account", cell: ({ row }) => <span className="wrap-anywhere">{row.original.account}</span> },
    { header: "Roles", cell: ({ row }) => <Names names={row.original.roles} /> },
    { header: "By", cell: ({ row }) => <span className="wrap-anywhere">{row.original.createdBy}</span> },
    { header: "Ends", cell: ({ row }) => <Moment at={row.original.expiresAt} /> },
    {
      id: "actions",
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row }) => (
        <Button
          size="sm"
          aria-label={`${words.withdraw}: ${row.original.account}`}
          onClick={() => withdraw.mutate(row.original.id)}
        >
          {words.withdraw}
        </Button>
      ),
    },
  ];
  return (
    <Section title={words.invitations}>
      <Panel>
        <Answered query={invitations} rows={1}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{words.noInvitations}</Nothing>
            ) : (
              <DataTable label={words.invitations} columns={columns} rows={items} rowId={({ id }) => id} />
            )
          }
        </Answered>
      </Panel>
    </Section>
  );
}
