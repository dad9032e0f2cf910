import type { RouteOutput } from "@holdpoint/client";
import { useState } from "react";
import { useAction } from "../../data/action.ts";
import { call } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { download } from "../../ui/json-view.tsx";
import { Menu } from "../../ui/menu.tsx";
import { CopyText } from "../../ui/shown-once.tsx";
import type { Wanted } from "./audit.tsx";
import { copy } from "./copy.ts";

type Verified = RouteOutput<"audit.verify">;
const words = copy.audit;
const files = { jsonl: "application/jsonl", csv: "text/csv" } as const;

/** Verifying the chain, and the log as a file. */
export function AuditActions({ wanted }: { wanted: Wanted }) {
  const [asking, setAsking] = useState(false);
  const [verified, setVerified] = useState<Verified | null>(null);
  const keep = useAction([], async (format: keyof typeof files) => {
    const lines = await client.audit.export({ ...wanted, format });
    download(`audit.${format}`, await new Response(lines).text(), files[format]);
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.verify}</Button>
      <Menu
        trigger={<Button busy={keep.isPending}>{words.export}</Button>}
        items={[
          { label: words.asLines, onSelect: () => keep.mutate("jsonl") },
          { label: words.asTable, onSelect: () => keep.mutate("csv") },
        ]}
      />
      <FormDialog
        open={asking}
        title={words.verify}
        submit={words.verify}
        onClose={() => setAsking(false)}
        onSubmit={async (fields) => {
          const head = textOf(fields, "head");
          setVerified(await call("audit.verify", head === undefined ? {} : { head }));
        }}
      >
        <Field label={words.anchor} hint={words.anchorHint} optional>
          {(control) => <TextInput {...control} name="head" pattern="[0-9a-f]{64}" className="font-mono text-xs" />}
        </Field>
      </FormDialog>
      <Dialog open={verified !== null} title={words.verify} width="lg" onClose={() => setVerified(null)}>
        {verified && <Outcome {...verified} />}
      </Dialog>
    </>
  );
}

const Outcome = ({ intact, lines, head, brokenAt, hasHead }: Verified) => (
  <>
    <p role="status" className={intact ? "text-ok" : "font-medium text-danger"}>
      {intact ? words.intact(lines) : words.broken(brokenAt ?? 0)}
    </p>
    {hasHead !== null && (
      <p className={hasHead ? "text-ok" : "font-medium text-danger"}>
        {hasHead ? words.anchorFound : words.anchorMissing}
      </p>
    )}
    {head !== null && <p className="text-muted">{words.head}</p>}
    {head !== null && <CopyText label={words.headLabel} value={head} />}
  </>
);
