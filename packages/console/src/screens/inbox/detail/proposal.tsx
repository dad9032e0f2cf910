import { Pencil, Undo2 } from "lucide-react";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { Button } from "../../../ui/button.tsx";
import { DiffView } from "../../../ui/diff-view.tsx";
import { ValueView } from "../../../ui/value-view.tsx";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";
import { answerFields, filled, firstEntries } from "./answer.ts";
import type { Draft } from "./draft.ts";
import { Section } from "./section.tsx";

/** What would be done, with what; and the way to change it, where that may be. */
export function Proposal({
  hold,
  draft,
  onDraft,
  mayEdit,
}: {
  hold: Hold;
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
  mayEdit: boolean;
}) {
  const { action } = hold;
  if (action === null) return null;
  const { fields } = answerFields(hold);
  const editable = mayEdit && hold.kind === "approval" && fields.length > 0;
  const toggle = editable && (
    <Button
      size="sm"
      look="quiet"
      icon={draft.editing ? <Undo2 size={14} aria-hidden="true" /> : <Pencil size={14} aria-hidden="true" />}
      shortcut={draft.editing ? undefined : "e"}
      onClick={() =>
        onDraft(draft.editing ? { editing: false, entries: null, issues: {} } : { editing: true, outcome: "approve" })
      }
    >
      {draft.editing ? copy.decide.editBack : copy.decide.edit}
    </Button>
  );
  return (
    <Section title={copy.sections.proposal} aside={toggle}>
      <div className="grid gap-3 rounded-lg border border-line bg-surface p-3">
        <p className="font-medium wrap-anywhere">{action.name}</p>
        {draft.editing ? (
          <Editor hold={hold} draft={draft} onDraft={onDraft} />
        ) : (
          action.arguments !== undefined && <ValueView value={action.arguments} name="arguments" />
        )}
      </div>
    </Section>
  );
}

function Editor({ hold, draft, onDraft }: { hold: Hold; draft: Draft; onDraft: (change: Partial<Draft>) => void }) {
  const { fields } = answerFields(hold);
  const { value } = filled(hold, draft.entries);
  return (
    <div className="grid gap-3">
      <SchemaForm
        fields={fields}
        entries={draft.entries ?? firstEntries(hold)}
        issues={draft.issues}
        onChange={(entries) => onDraft({ entries, issues: {} })}
      />
      <section aria-label={copy.decide.editDiff} className="grid gap-1 border-t border-line pt-3">
        <h4 className="text-xs font-medium text-muted">{copy.decide.editDiff}</h4>
        <DiffView before={hold.action?.arguments} after={value} />
        <p className="text-xs text-muted">{copy.decide.editGate}</p>
      </section>
    </div>
  );
}
