import type { RouteOutput } from "@holdpoint/client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field, TextArea } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";

const words = copy.nudge;

/** Leaves a reminder with a hold. */
export function NudgeDialog({
  hold,
  open,
  onClose,
}: {
  hold: Pick<RouteOutput<"holds.show">, "id" | "title">;
  open: boolean;
  onClose: () => void;
}) {
  const toast = useToast();
  const [text, setText] = useState<string>(words.usual);
  const send = useMutation({
    mutationFn: () => call("holds.comment", { hold: hold.id, text }),
    onSuccess: () => {
      toast.show({ text: words.sent });
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      title={words.title(hold.title)}
      onClose={onClose}
      actions={
        <Button look="primary" busy={send.isPending} disabled={text.trim() === ""} onClick={() => send.mutate()}>
          {words.send}
        </Button>
      }
    >
      <Field label={words.text} hint={words.hint} error={send.error && problemText(send.error).detail}>
        {(control) => <TextArea {...control} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
    </Dialog>
  );
}
