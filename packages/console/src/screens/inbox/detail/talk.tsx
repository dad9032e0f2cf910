import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiKey, call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { useMay } from "../../../data/session.tsx";
import { Button } from "../../../ui/button.tsx";
import { Field, TextArea } from "../../../ui/field.tsx";
import { Moment } from "../../../ui/moment.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";
import type { Hold, TrailLine } from "../views.ts";
import { Section } from "./section.tsx";

/** Questions that were asked before deciding, their answers, and remarks. */
export function Talk({ hold, trail }: { hold: Hold; trail: readonly TrailLine[] }) {
  const mayComment = useMay("holds:comment");
  const remarks = trail.filter(({ action }) => action === "commented");
  const { questions } = hold.progress;
  if (questions.length + remarks.length === 0) return null;
  return (
    <Section title={copy.sections.talk}>
      <ul className="grid gap-2.5">
        {questions.map(({ n, by, to, text, at, answer }) => (
          <li key={n} className="grid gap-1.5 border-l-2 border-accent pl-3">
            <p className="text-sm text-muted">
              {copy.progress.asks(by ?? "somebody", to ?? copy.progress.requester)} · <Moment at={at} />
            </p>
            <p className="wrap-anywhere whitespace-pre-wrap">{text}</p>
            {answer ? (
              <p className="wrap-anywhere whitespace-pre-wrap">
                <span className="text-sm text-muted">{answer.by ?? "somebody"}: </span>
                {answer.text}
              </p>
            ) : mayComment && hold.status === "open" ? (
              <Answer hold={hold.id} question={n} />
            ) : (
              <p className="text-sm text-muted">{copy.progress.unanswered}</p>
            )}
          </li>
        ))}
        {remarks.map(({ n, actor, at, says }) => (
          <li key={`remark ${n}`} className="grid gap-0.5 border-l-2 border-line pl-3">
            <p className="text-sm text-muted">
              {actor ?? "somebody"} · <Moment at={at} />
            </p>
            <p className="wrap-anywhere whitespace-pre-wrap">
              {String((says as { text?: unknown } | null)?.text ?? "")}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Answer({ hold, question }: { hold: string; question: number }) {
  const queries = useQueryClient();
  const toasts = useToast();
  const [text, setText] = useState("");
  const sending = useMutation({
    mutationFn: () => call("holds.answer", { hold, question, text }),
    onSuccess: (now) => {
      queries.setQueryData(apiKey("holds.show", { hold }), now);
      void queries.invalidateQueries({ queryKey: apiKey("holds.trail", { hold }) });
    },
    onError: (error) => toasts.show({ tone: "danger", text: problemText(error).detail }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <Field label={copy.actions.reply}>
        {(control) => (
          <TextArea {...control} rows={2} required value={text} onChange={({ target }) => setText(target.value)} />
        )}
      </Field>
      <div>
        <Button type="submit" size="sm" busy={sending.isPending}>
          {copy.actions.answer}
        </Button>
      </div>
    </form>
  );
}
