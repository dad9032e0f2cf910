import { Check, Copy } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Field, TextInput } from "./field.tsx";

/** Text to take along: selected by a click, copied by a button. */
export function CopyText({ label, value }: { label: string; value: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    input.current?.select();
    // Without a secure connection browsers have no clipboard: then it stands selected.
    await navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <Field label={label}>
      {(control) => (
        <div className="flex gap-2">
          <TextInput
            {...control}
            ref={input}
            readOnly
            value={value}
            className="font-mono text-xs"
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <Button
            onClick={() => void copy()}
            icon={copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        </div>
      )}
    </Field>
  );
}

/** A secret that the server tells this once. It is in the page only while this is open. */
export const ShownOnce = ({
  title,
  secrets,
  onClose,
  children,
}: {
  title: string;
  /** Each with its label; null while there is none. */
  secrets: Readonly<Record<string, string>> | null;
  onClose: () => void;
  children: ReactNode;
}) => (
  <Dialog
    open={secrets !== null}
    title={title}
    width="lg"
    onClose={onClose}
    actions={
      <Button look="primary" onClick={onClose}>
        I have kept it
      </Button>
    }
  >
    {Object.entries(secrets ?? {}).map(([label, value]) => (
      <CopyText key={label} label={label} value={value} />
    ))}
    <p className="text-sm text-muted">{children}</p>
  </Dialog>
);
