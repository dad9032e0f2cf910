import { type FormEvent, useRef, useState } from "react";
import { type Entries, entriesOf, type FormIssues } from "../../forms/entries.ts";
import { SchemaForm } from "../../forms/schema-form.tsx";
import { useIsStale } from "../../shell/live-banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Field, TextArea } from "../../ui/field.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { useShortcut } from "../../ui/shortcuts.tsx";
import type { Decider, DecisionInput } from "../inbox/decisions.ts";
import { answerFields, filled, firstEntries } from "../inbox/detail/answer.ts";
import type { Hold } from "../inbox/views.ts";
import { partsOf } from "./annotate-parts.ts";
import { copy } from "./copy.ts";

/** So many answers have a key of their own. */
const numbered = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** The form of an item. A digit chooses, `⌘/Ctrl Enter` saves: no single key answers. */
export function AnswerForm({
  hold,
  decider,
  onAnswered,
  onSkip,
}: {
  hold: Hold;
  decider: Decider;
  onAnswered: () => void;
  onSkip: () => void;
}) {
  const { fields } = answerFields(hold);
  const [entries, setEntries] = useState<Entries>(() => firstEntries(hold));
  const [note, setNote] = useState("");
  const [issues, setIssues] = useState<FormIssues>({});
  const [busy, setBusy] = useState(false);
  const stale = useIsStale();
  const form = useRef<HTMLFormElement>(null);
  const choice = fields.find(({ type }) => type === "choice");
  const { answers } = partsOf(hold);
  const send = async (): Promise<void> => {
    if (busy || stale) return;
    const read = filled(hold, entries);
    setIssues(read.issues);
    if (Object.keys(read.issues).length > 0) return;
    setBusy(true);
    const { id, revision, evidenceHash } = hold;
    const input = { hold: id, answer: read.value, revision, evidenceHash, ...(note.trim() && { note: note.trim() }) };
    const sent = await decider.decide(hold, input as DecisionInput);
    setBusy(false);
    if (sent) onAnswered();
  };
  const choose = (value: string): void => {
    if (!choice) return;
    setEntries((before) => ({ ...before, [choice.name]: value }));
    setIssues({});
  };
  useShortcut(
    { id: "annotation.send", label: copy.keys.send, group: copy.group, keys: "mod+Enter" },
    () => void send(),
    { inFields: true },
  );
  useShortcut({ id: "annotation.note", label: copy.keys.note, group: copy.group, keys: "m" }, () =>
    form.current?.querySelector<HTMLElement>("textarea[name=note]")?.focus(),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  const keyed = choice?.choices.slice(0, numbered.length) ?? [];
  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      aria-label={hold.title}
      className="grid gap-3 rounded-lg border border-line bg-surface p-4 lg:sticky lg:top-4"
    >
      {numbered.map((n) => (
        <DigitKey key={n} n={n} onPress={keyed[n - 1] ? () => choose(String(keyed[n - 1]?.value)) : null} />
      ))}
      <SchemaForm
        fields={fields}
        entries={entries}
        issues={issues}
        onChange={(next) => {
          setEntries(next);
          setIssues({});
        }}
      />
      {answers.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {answers.map(({ answer }, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: answers have no names here, by intent
            <Button key={n} size="sm" onClick={() => setEntries(entriesOf(fields, answer))}>
              {copy.takeAnswer(n + 1)}
            </Button>
          ))}
        </div>
      )}
      <Field label={copy.note} hint={copy.noteHint}>
        {(control) => (
          <TextArea
            {...control}
            name="note"
            rows={2}
            value={note}
            onChange={({ target: { value } }) => setNote(value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" busy={busy} disabled={stale}>
          {copy.send}
        </Button>
        <Button look="quiet" shortcut="s" onClick={onSkip}>
          {copy.skip}
        </Button>
      </div>
      <p className="hidden flex-wrap items-center gap-x-1.5 text-xs text-ink md:flex">
        {keyed.length > 1 && <span>{copy.choiceKeys(keyed.length)},</span>}
        <Kbd keys="mod+Enter" /> {copy.sendKeys}
      </p>
    </form>
  );
}

/** A digit that chooses an answer; the list of shortcuts has it where there is one. */
function DigitKey({ n, onPress }: { n: number; onPress: (() => void) | null }) {
  useShortcut(
    { id: `annotation.choose-${n}`, label: copy.keys.choose(n), group: copy.group, keys: String(n) },
    () => onPress?.(),
    { enabled: onPress !== null },
  );
  return null;
}
