import { type FormEvent, useRef, useState } from "react";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { useIsStale } from "../../../shell/live-banner.tsx";
import { Button } from "../../../ui/button.tsx";
import { Field, TextArea, TextInput } from "../../../ui/field.tsx";
import { Kbd } from "../../../ui/kbd.tsx";
import { useShortcut } from "../../../ui/shortcuts.tsx";
import { copy } from "../copy.ts";
import type { Decider, DecisionInput } from "../decisions.ts";
import type { Hold, Standing } from "../views.ts";
import { answerFields, answerOf, firstEntries, targetOf } from "./answer.ts";
import type { Draft } from "./draft.ts";

const { decide: words, keys, group } = copy;

/** What the panel decides on, and what is done afterwards. */
interface PanelProps {
  /** As it was read: what is sent says so. */
  hold: Hold;
  standing: Standing | undefined;
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
  decider: Decider;
  onDecided: () => void;
  /** What is asked has changed since it was read; how to look at that. */
  onReview: (() => void) | null;
}

/**
 * The decision: note, option, what a critical one asks for, and the buttons. `a` and `r` only prepare: ⌘/Ctrl Enter commits, so that no
 * single key decides.
 */
export function DecisionPanel(props: PanelProps) {
  const { hold, standing, draft, onDraft, onReview } = props;
  const stale = useIsStale();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const panel = useRef<HTMLFormElement>(null);
  const isForm = hold.kind === "form";
  const critical = hold.severity === "critical";
  const target = targetOf(hold);

  const commit = async (outcome: Draft["outcome"]): Promise<void> => {
    if (busy || stale || onReview !== null) return;
    const { answer, option, issues } = answerOf(hold, { ...draft, outcome });
    if (Object.keys(issues).length > 0) return onDraft({ issues, outcome });
    if (critical && draft.confirm.trim() !== target) return setProblem(words.confirmWrong);
    setProblem(null);
    setBusy(true);
    const { id, revision, evidenceHash } = hold;
    const text = draft.note.trim();
    const input = {
      hold: id,
      answer,
      revision,
      evidenceHash,
      ...(text ? { note: text } : {}),
      ...(option ? { option } : {}),
    };
    const decided = await props.decider.decide(hold, input as DecisionInput);
    setBusy(false);
    if (decided) props.onDecided();
  };
  const prepare = (outcome: "approve" | "reject"): void => {
    onDraft({ outcome });
    panel.current?.scrollIntoView({ block: "nearest" });
    note.current?.focus();
  };
  useShortcut({ id: "inbox.approve", label: keys.approve, group, keys: "a" }, () => prepare("approve"), {
    enabled: !isForm,
  });
  useShortcut({ id: "inbox.reject", label: keys.reject, group, keys: "r" }, () => prepare("reject"), {
    enabled: !isForm,
  });
  useShortcut(
    { id: "inbox.commit", label: keys.commit, group, keys: "mod+Enter" },
    () => void (isForm || draft.outcome !== null ? commit(draft.outcome) : note.current?.focus()),
    { inFields: true },
  );
  useShortcut(
    { id: "inbox.edit", label: keys.edit, group, keys: "e" },
    () =>
      onDraft(draft.editing ? { editing: false, entries: null, issues: {} } : { editing: true, outcome: "approve" }),
    { enabled: !isForm && answerFields(hold).fields.length > 0 },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void commit(isForm ? null : draft.outcome);
  };

  return (
    <form
      ref={panel}
      onSubmit={submit}
      noValidate
      aria-label={copy.sections.decision}
      className="grid gap-3 border-t border-line bg-surface px-4 py-3 md:px-6"
    >
      {standing?.onBehalfOf && <p className="text-sm text-muted">{words.behalf(standing.onBehalfOf)}</p>}
      {standing?.voted && <p className="text-sm text-muted">{words.voted}</p>}
      {isForm && (
        <SchemaForm
          fields={answerFields(hold).fields}
          entries={draft.entries ?? firstEntries(hold)}
          issues={draft.issues}
          onChange={(entries) => onDraft({ entries, issues: {} })}
        />
      )}
      <Options hold={hold} chosen={draft.option} onChoose={(option) => onDraft({ option })} />
      {critical && (
        <Field label={words.confirm(target)} hint={words.confirmHint} error={problem}>
          {(control) => (
            <TextInput
              {...control}
              autoComplete="off"
              value={draft.confirm}
              onChange={({ target: { value } }) => onDraft({ confirm: value })}
            />
          )}
        </Field>
      )}
      {stale && (
        <p role="alert" className="text-sm font-medium text-warn">
          {words.stale}
        </p>
      )}
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 grow basis-64">
          <TextArea
            ref={note}
            rows={1}
            aria-label={words.note}
            title={words.noteHint}
            placeholder={words.noteShort}
            value={draft.note}
            onChange={({ target: { value } }) => onDraft({ note: value })}
            className="field-sizing-content max-h-40 min-h-9"
          />
        </div>
        {onReview !== null ? (
          <Button look="primary" onClick={onReview}>
            {words.review}
          </Button>
        ) : isForm ? (
          <Button type="submit" look="primary" busy={busy} disabled={stale}>
            {words.send}
          </Button>
        ) : (
          <OutcomeButtons
            hold={hold}
            draft={draft}
            busy={busy}
            disabled={stale}
            onCommit={(outcome) => void commit(outcome)}
          />
        )}
      </div>
      {draft.outcome !== null && (
        <p className="hidden items-center gap-1 text-xs text-muted md:flex">
          <Kbd keys="mod+Enter" /> {words.chord}
        </p>
      )}
    </form>
  );
}

/** Two buttons that say what they do; the prepared one is marked. */
function OutcomeButtons({
  hold,
  draft,
  busy,
  disabled,
  onCommit,
}: {
  hold: Hold;
  draft: Draft;
  busy: boolean;
  disabled: boolean;
  onCommit: (outcome: "approve" | "reject") => void;
}) {
  const action = hold.action?.name;
  const named = action !== undefined && action.length <= 32 ? action : undefined;
  const mark = "outline-2 outline-offset-2 outline-accent";
  return (
    <div className="flex grow justify-end gap-2 sm:grow-0">
      <Button
        look="danger"
        shortcut="r"
        busy={busy}
        disabled={disabled}
        onClick={() => onCommit("reject")}
        className={draft.outcome === "reject" ? mark : ""}
      >
        {words.reject}
      </Button>
      <Button
        look="primary"
        shortcut="a"
        busy={busy}
        disabled={disabled}
        onClick={() => onCommit("approve")}
        className={draft.outcome === "approve" ? mark : ""}
      >
        {draft.editing ? words.approveEdited(named) : words.approve(named)}
      </Button>
    </div>
  );
}

/** Ways to say yes or no, where the hold has some. */
function Options({ hold, chosen, onChoose }: { hold: Hold; chosen: string; onChoose: (option: string) => void }) {
  if (hold.options.length === 0) return null;
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-sm font-medium">{words.option}</legend>
      {hold.options.map(({ value, outcome }) => (
        <label key={value} className="inline-flex min-h-6 items-center gap-2 wrap-anywhere">
          <input
            type="radio"
            name="option"
            checked={chosen === value}
            onChange={() => onChoose(value)}
            className="size-4 shrink-0 accent-accent"
          />
          {value}
          {outcome && <span className="text-xs text-muted">{copy.outcomes[outcome]}</span>}
        </label>
      ))}
    </fieldset>
  );
}
