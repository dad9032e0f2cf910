import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { useIsStale } from "../../../shell/live-banner.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field, TextInput } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";

const words = copy.fork;

/** Where a fork begins: at the key of a call, or behind an event. */
export type ForkPoint = string | number;

/** Asks how a run is to be forked, and goes to the new one. */
export function ForkDialog({ run, from, onClose }: { run: string; from: ForkPoint | null; onClose: () => void }) {
  return (
    <Dialog open={from !== null} title={words.title} onClose={onClose}>
      {from !== null && <Body run={run} from={from} onClose={onClose} />}
    </Dialog>
  );
}

function Body({ run, from, onClose }: { run: string; from: ForkPoint; onClose: () => void }) {
  const toast = useToast();
  const stale = useIsStale();
  const navigate = useNavigate();
  const [decisions, setDecisions] = useState<"ask" | "reuse">("ask");
  const [id, setId] = useState("");
  const send = useMutation({
    mutationFn: () => call("runs.fork", { run, from, decisions, ...(id.trim() === "" ? {} : { id: id.trim() }) }),
    onSuccess: (fork) => {
      toast.show({ text: words.sent(fork.id) });
      onClose();
      void navigate({ to: "/runs/$run", params: { run: fork.id } });
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <p className="text-muted">{words.what}</p>
      <p className="text-sm">
        {words.from}{" "}
        <code className="rounded-sm bg-sunken px-1 font-mono text-xs wrap-anywhere">
          {typeof from === "string" ? from : words.beginning}
        </code>
      </p>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm font-medium">{words.decisions}</legend>
        {(["ask", "reuse"] as const).map((one) => (
          <label
            key={one}
            className="flex items-start gap-2 rounded-md border border-line px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="decisions"
              checked={decisions === one}
              onChange={() => setDecisions(one)}
              className="mt-1 accent-accent"
            />
            <span>
              <span className="block font-medium">{words[one]}</span>
              <span className="block text-sm text-muted">{words[`${one}Hint`]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label={words.id} hint={words.idHint} optional error={send.error && problemText(send.error).detail}>
        {(control) => (
          <TextInput {...control} value={id} autoComplete="off" onChange={({ target }) => setId(target.value)} />
        )}
      </Field>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{words.keep}</Button>
        <Button type="submit" look="primary" busy={send.isPending} disabled={stale}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}
