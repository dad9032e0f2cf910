import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

type SigningKey = RouteOutput<"signingKeys.list">["items"][number];
const words = copy.machines;
const tones = { next: "info", signing: "ok", retiring: "neutral" } as const;

const columns: ColumnDef<SigningKey>[] = [
  { header: "Key", cell: ({ row }) => <span className="font-mono text-xs">{row.original.id}</span> },
  {
    header: "State",
    cell: ({ row: { original: key } }) => <Badge tone={tones[key.state]}>{words.states[key.state]}</Badge>,
  },
  { header: "Signs from", cell: ({ row }) => <Moment at={row.original.signsFrom} /> },
  {
    header: "Published until",
    cell: ({ row }) => row.original.publishedUntil && <Moment at={row.original.publishedUntil} />,
  },
];

/** The keys of our own issuer. */
export function SigningKeys() {
  const keys = useQuery(api("signingKeys.list", {}));
  const changed = useChanged("signingKeys");
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title={words.signing}
      hint={words.signingHint}
      actions={keys.data && <Button onClick={() => setAsking(true)}>{words.rotateKey}</Button>}
    >
      <Panel>
        <Answered query={keys} rows={1}>
          {({ items }) => <DataTable label={words.signing} columns={columns} rows={items} rowId={({ id }) => id} />}
        </Answered>
      </Panel>
      <FormDialog
        open={asking}
        title={words.rotateKeyTitle}
        submit={words.rotateKeySubmit}
        onClose={() => setAsking(false)}
        onSubmit={async () => {
          await call("signingKeys.rotate", {});
          await changed();
        }}
      >
        <p className="text-muted">{words.rotateKeyText}</p>
      </FormDialog>
    </Section>
  );
}
