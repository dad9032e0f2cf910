import type { RouteOutput } from "@holdpoint/client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { PersonInput } from "../../../forms/person-input.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";

const words = copy.reassign;

/** Gives a hold to somebody. */
export function ReassignDialog({
  hold,
  open,
  onClose,
}: {
  hold: Pick<RouteOutput<"holds.show">, "id" | "title">;
  open: boolean;
  onClose: () => void;
}) {
  const toast = useToast();
  const [to, setTo] = useState("");
  const send = useMutation({
    mutationFn: () => call("holds.assign", { hold: hold.id, to: to.trim() }),
    onSuccess: () => {
      toast.show({ text: words.sent(to.trim()) });
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      title={words.title(hold.title)}
      onClose={onClose}
      actions={
        <Button look="primary" busy={send.isPending} disabled={to.trim() === ""} onClick={() => send.mutate()}>
          {words.send(to.trim())}
        </Button>
      }
    >
      <Field label={words.to} hint={words.hint} error={send.error && problemText(send.error).detail}>
        {(control) => <PersonInput {...control} value={to} onChange={({ target }) => setTo(target.value)} />}
      </Field>
    </Dialog>
  );
}
