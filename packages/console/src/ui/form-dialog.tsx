import { type FormEvent, type ReactNode, useId, useState } from "react";
import { problemText } from "../data/problem.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/**
 * A dialog that asks, or asks again: its fields go to `onSubmit`, and it stays open with the reason when that fails.
 *
 * @example
 * <FormDialog open={asking} title="Revoke this key?" submit="Revoke CI key" danger onClose={close} onSubmit={() => call("keys.revoke", { key })} />
 */
export function FormDialog({
  open,
  title,
  submit,
  danger = false,
  width = "md",
  onClose,
  onSubmit,
  children,
}: {
  open: boolean;
  title: string;
  /** What pressing it does, in words. */
  submit: string;
  danger?: boolean;
  width?: "md" | "lg";
  onClose: () => void;
  onSubmit: (fields: FormData) => Promise<unknown>;
  children?: ReactNode;
}) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const close = (): void => {
    setError(null);
    onClose();
  };
  const send = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit(new FormData(event.currentTarget));
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      title={title}
      width={width}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={id} look={danger ? "danger" : "primary"} busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void send(event)} className="grid gap-4">
        {children}
        {error !== null && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
            {problemText(error).detail}
          </p>
        )}
      </form>
    </Dialog>
  );
}

/** A field's text without the space around it; undefined where nothing was written. */
export const textOf = (fields: FormData, name: string): string | undefined =>
  String(fields.get(name) ?? "").trim() || undefined;

/** Names written one after the other, with commas or line breaks between them; undefined for none. */
export function namesOf(fields: FormData, name: string): string[] | undefined {
  const names = (textOf(fields, name) ?? "").split(/[,\n]/).map((one) => one.trim());
  const written = names.filter((one) => one !== "");
  return written.length === 0 ? undefined : written;
}
