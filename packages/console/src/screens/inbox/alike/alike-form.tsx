import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiKey, call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { type Entries, readEntries } from "../../../forms/entries.ts";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { useIsStale } from "../../../shell/live-banner.tsx";
import { Button } from "../../../ui/button.tsx";
import { Checkbox, Field, TextArea } from "../../../ui/field.tsx";
import { answerFields, firstEntries } from "../detail/answer.ts";
import type { Hold } from "../views.ts";
import { AlikeTable, type Own } from "./alike-table.tsx";
import { copy } from "./copy.ts";
import type { Differences } from "./differences.ts";
import type { Results } from "./screen.tsx";

/** What is chosen for all of them, and what differs for one. */
interface Chosen {
  holds: ReadonlySet<string>;
  own: Readonly<Record<string, Own>>;
  note: string;
  seen: boolean;
  entries: Entries;
}

/** Which, how, and why: one answer for all, another or none for some. */
export function AlikeForm({
  first,
  differences,
  onDone,
}: {
  first: Hold;
  differences: Differences;
  onDone: (results: Results) => void;
}) {
  const queries = useQueryClient();
  const stale = useIsStale();
  const [chosen, setChosen] = useState<Chosen>(() => ({
    holds: new Set(differences.rows.map(({ hold }) => hold.id)),
    own: {},
    note: "",
    seen: false,
    entries: first.kind === "form" ? firstEntries(first) : {},
  }));
  const [problem, setProblem] = useState<string | null>(null);
  const put = (part: Partial<Chosen>): void => setChosen((before) => ({ ...before, ...part }));
  const sending = useMutation({
    mutationFn: (answer: unknown) => call("holds.decideMany", requestOf(differences, chosen, answer)),
    onSuccess: ({ items }) => {
      void queries.invalidateQueries({ queryKey: apiKey("holds.list") });
      void queries.invalidateQueries({ queryKey: apiKey("holds.counts") });
      onDone(items);
    },
    onError: (error) => setProblem(problemText(error).detail),
  });
  const grave = differences.rows.some(({ hold }) => hold.severity === "high");
  const decide = (answer: unknown): void => {
    const wrong =
      chosen.holds.size === 0
        ? copy.nothingChosen
        : chosen.note.trim() === ""
          ? copy.reasonMissing
          : grave && !chosen.seen
            ? copy.seenMissing
            : null;
    setProblem(wrong);
    if (wrong === null) sending.mutate(answer);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { value, issues } = readEntries(answerFields(first).fields, chosen.entries);
    const [field, issue] = Object.entries(issues)[0] ?? [];
    if (issue) setProblem(`${field}: ${issue}`);
    else decide(value);
  };
  const count = chosen.holds.size;
  const busy = { busy: sending.isPending, disabled: stale };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <AlikeTable
        differences={differences}
        chosen={chosen.holds}
        own={chosen.own}
        isForm={first.kind === "form"}
        onChosen={(holds) => put({ holds })}
        onOwn={(own) => put({ own })}
      />
      {first.consequence && (
        <p className="text-sm text-muted">
          {copy.consequence}: <span className="text-ink">{first.consequence}</span>
        </p>
      )}
      {first.kind === "form" && (
        <SchemaForm
          fields={answerFields(first).fields}
          entries={chosen.entries}
          issues={{}}
          onChange={(entries) => put({ entries })}
        />
      )}
      <Field label={copy.reason} hint={copy.reasonHint}>
        {(control) => (
          <TextArea
            {...control}
            rows={2}
            required
            value={chosen.note}
            onChange={({ target }) => put({ note: target.value })}
          />
        )}
      </Field>
      {grave && (
        <Checkbox checked={chosen.seen} onChange={({ target }) => put({ seen: target.checked })}>
          {copy.seen}
        </Checkbox>
      )}
      {problem && (
        <p role="alert" className="font-medium text-danger">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {first.kind === "form" ? (
          <Button type="submit" look="primary" {...busy}>
            {copy.sendN(count)}
          </Button>
        ) : (
          <>
            <Button look="danger" {...busy} onClick={() => decide({ approved: false })}>
              {copy.rejectN(count)}
            </Button>
            <Button look="primary" {...busy} onClick={() => decide({ approved: true })}>
              {copy.approveN(count)}
            </Button>
          </>
        )}
      </div>
    </form>
  );
}

/** Each as it was read, with what differs for it. */
function requestOf({ rows }: Differences, { holds, own, note }: Chosen, answer: unknown) {
  const wanted = rows.filter(({ hold }) => holds.has(hold.id) && own[hold.id] !== "skip").map(({ hold }) => hold);
  const each = wanted.flatMap(({ id }) => {
    const choice = own[id];
    return choice === undefined || choice === "skip"
      ? []
      : [[id, { answer: { approved: choice === "approve" } }] as const];
  });
  return {
    holds: wanted.map(({ id, revision, evidenceHash }) => ({ hold: id, revision, evidenceHash })),
    answer: answer as never,
    note: note.trim(),
    ...(each.length > 0 ? { each: Object.fromEntries(each) } : {}),
  };
}
