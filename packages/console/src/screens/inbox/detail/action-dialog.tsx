import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiKey, call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { PersonInput } from "../../../forms/person-input.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field, TextArea } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";

const { actions: words } = copy;

/** What is asked of somebody who wants something else than to decide. */
export type Asking = "ask" | "delegate" | "assign" | "abstain" | "comment" | "look";

const titles = {
  ask: words.ask,
  delegate: words.delegate,
  assign: words.assign,
  abstain: words.abstain,
  comment: words.comment,
  look: words.look,
};

/** Which lines each asks for, and whether they may stay empty. */
const asked: Readonly<Record<Asking, { to?: "must" | "may"; text?: { label: string; must: boolean } }>> = {
  ask: { to: "may", text: { label: words.question, must: true } },
  delegate: { to: "must" },
  assign: { to: "must" },
  abstain: { text: { label: words.reason, must: false } },
  comment: { text: { label: words.remark, must: true } },
  look: { text: { label: words.remark, must: true } },
};

/** One small form for each of them. */
export function ActionDialog({ hold, asking, onClose }: { hold: Hold; asking: Asking | null; onClose: () => void }) {
  return (
    <Dialog open={asking !== null} title={asking === null ? "" : titles[asking]} onClose={onClose}>
      {asking !== null && <ActionForm hold={hold} asking={asking} onClose={onClose} />}
    </Dialog>
  );
}

function ActionForm({ hold: { id, title }, asking, onClose }: { hold: Hold; asking: Asking; onClose: () => void }) {
  const queries = useQueryClient();
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const sending = useMutation({
    mutationFn: () => send(id, asking, to.trim(), text.trim()),
    onSuccess: (now) => {
      queries.setQueryData(apiKey("holds.show", { hold: id }), now);
      for (const queryKey of [
        apiKey("holds.trail", { hold: id }),
        apiKey("holds.standing", { hold: id }),
        apiKey("holds.list"),
        apiKey("holds.counts"),
      ])
        void queries.invalidateQueries({ queryKey });
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sending.mutate();
  };
  const lines = asked[asking];
  return (
    <form onSubmit={submit} className="grid gap-3">
      <p className="text-muted wrap-anywhere">{title}</p>
      {lines.text && (
        <Field label={lines.text.label} optional={!lines.text.must}>
          {(control) => (
            <TextArea
              {...control}
              required={lines.text?.must}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
      )}
      {lines.to && (
        <Field
          label={words.to}
          hint={lines.to === "may" ? words.toRequester : words.toHint}
          optional={lines.to === "may"}
        >
          {(control) => (
            <PersonInput
              {...control}
              required={lines.to === "must"}
              value={to}
              onChange={({ target }) => setTo(target.value)}
            />
          )}
        </Field>
      )}
      {sending.error && (
        <p role="alert" className="text-sm font-medium text-danger">
          {problemText(sending.error).detail}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button type="submit" look="primary" busy={sending.isPending}>
          {titles[asking]}
        </Button>
      </div>
    </form>
  );
}

function send(hold: string, asking: Asking, to: string, text: string): Promise<Hold> {
  switch (asking) {
    case "ask":
      return call("holds.ask", { hold, question: text, ...(to === "" ? {} : { to }) });
    case "delegate":
      return call("holds.delegate", { hold, to });
    case "assign":
      return call("holds.assign", { hold, to });
    case "abstain":
      return call("holds.abstain", { hold, ...(text === "" ? {} : { note: text }) });
    default:
      return call("holds.comment", { hold, text });
  }
}
