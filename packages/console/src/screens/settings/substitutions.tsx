import { useQuery } from "@tanstack/react-query";
import { UserCheck } from "lucide-react";
import { useState } from "react";
import { useAction, useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { useMay, useSession } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { type Substitution, substitutionColumns } from "./substitution-columns.tsx";
import { SubstitutionFields, whenOf } from "./substitution-fields.tsx";

const words = copy.substitutions;

/** Who stands in for whom: everybody's, for those who manage people. */
export function Substitutions() {
  const substitutions = useQuery(api("substitutions.list", {}));
  const manages = useMay("people:manage");
  const changed = useChanged("substitutions", "me");
  const [adding, setAdding] = useState(false);
  const end = useAction(
    ["substitutions", "me"],
    ({ id }: Substitution) => call("substitutions.remove", { substitution: id }),
    () => words.ended,
  );
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={
        manages && (
          <Button icon={<UserCheck size={16} aria-hidden="true" />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <Panel>
        <Answered query={substitutions}>
          {({ items }) => (
            <SubstitutionTable items={items} mayEnd={() => manages} onEnd={end.mutate} none={words.none} />
          )}
        </Answered>
      </Panel>
      <FormDialog
        open={adding}
        title={words.add}
        submit={words.addSubmit}
        onClose={() => setAdding(false)}
        onSubmit={async (fields) => {
          const who = { person: textOf(fields, "person") ?? "", substitute: textOf(fields, "substitute") ?? "" };
          await call("substitutions.add", { ...who, ...whenOf(fields) });
          await changed();
        }}
      >
        <Field label={words.person}>
          {(control) => <TextInput {...control} name="person" required maxLength={256} />}
        </Field>
        <SubstitutionFields />
      </FormDialog>
    </Section>
  );
}

/** Who stands in for whoever is signed in, and for whom they do. */
export function OwnSubstitutions() {
  const { me } = useSession();
  const own = useQuery(api("me.substitutions", {}));
  const decides = useMay("holds:decide");
  const changed = useChanged("substitutions", "me");
  const [adding, setAdding] = useState(false);
  const end = useAction(
    ["substitutions", "me"],
    ({ id }: Substitution) => call("me.removeSubstitution", { substitution: id }),
    () => words.ended,
  );
  return (
    <Section
      title={words.ownTitle}
      hint={words.ownHint}
      actions={
        decides && (
          <Button icon={<UserCheck size={16} aria-hidden="true" />} onClick={() => setAdding(true)}>
            {words.ownAdd}
          </Button>
        )
      }
    >
      <Panel>
        <Answered query={own}>
          {({ items }) => (
            <SubstitutionTable
              items={items}
              mayEnd={({ person }) => person === me.id}
              onEnd={end.mutate}
              none={words.ownNone}
            />
          )}
        </Answered>
      </Panel>
      <FormDialog
        open={adding}
        title={words.ownAdd}
        submit={words.addSubmit}
        onClose={() => setAdding(false)}
        onSubmit={async (fields) => {
          await call("me.addSubstitution", { substitute: textOf(fields, "substitute") ?? "", ...whenOf(fields) });
          await changed();
        }}
      >
        <SubstitutionFields />
      </FormDialog>
    </Section>
  );
}

function SubstitutionTable({
  items,
  mayEnd,
  onEnd,
  none,
}: {
  items: Substitution[];
  mayEnd: (one: Substitution) => boolean;
  onEnd: (one: Substitution) => void;
  none: string;
}) {
  if (items.length === 0) return <Nothing>{none}</Nothing>;
  return (
    <DataTable
      label={words.title}
      columns={substitutionColumns({ mayEnd, onEnd })}
      rows={items}
      rowId={({ id }) => id}
    />
  );
}
