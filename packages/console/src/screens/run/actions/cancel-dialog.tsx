import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { useIsStale } from "../../../shell/live-banner.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Checkbox, Field, TextInput } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";

const words = copy.cancel;

/** Asks before a run is cancelled. */
export function CancelDialog({ run, open, onClose }: { run: string; open: boolean; onClose: () => void }) {
  const toast = useToast();
  const stale = useIsStale();
  const [reason, setReason] = useState("");
  const [force, setForce] = useState(false);
  const send = useMutation({
    mutationFn: () => call("runs.cancel", { run, reason: reason.trim() || words.usual, ...(force ? { force } : {}) }),
    onSuccess: () => {
      toast.show({ text: words.sent });
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      title={words.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button look="danger" busy={send.isPending} disabled={stale} onClick={() => send.mutate()}>
            {force ? words.forced : words.send}
          </Button>
        </>
      }
    >
      <p className="text-muted">{words.what}</p>
      <Field label={words.reason} error={send.error && problemText(send.error).detail}>
        {(control) => (
          <TextInput
            {...control}
            value={reason}
            placeholder={words.usual}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <Checkbox checked={force} onChange={({ target }) => setForce(target.checked)}>
        {words.force}
      </Checkbox>
    </Dialog>
  );
}
