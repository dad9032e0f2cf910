import { useMemo, useState } from "react";
import { Button } from "./button.tsx";

/** How much of a value is shown at first, in characters: more would stop a browser. */
const firstPart = 64 * 1024;

/** Any value as text, never as HTML: its JSON, the beginning at first where it is huge, and whole as a file. */
export function JsonView({ value, name = "value", label }: { value: unknown; name?: string; label?: string }) {
  const text = useMemo(() => (value === undefined ? "nothing" : JSON.stringify(value, null, 2)), [value]);
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > firstPart;
  return (
    <div className="grid gap-2">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        aria-label={label ?? name}
        className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3"
      >
        <pre className="font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap">
          {cut ? `${text.slice(0, firstPart)}…` : text}
        </pre>
      </section>
      {text.length > firstPart && (
        <div className="flex flex-wrap gap-2">
          {cut && (
            <Button size="sm" onClick={() => setWhole(true)}>
              Show all {Math.round(text.length / 1024)} KiB
            </Button>
          )}
          <Button size="sm" onClick={() => download(`${name}.json`, text)}>
            Download
          </Button>
        </div>
      )}
    </div>
  );
}

/** Gives text as a file. */
export function download(name: string, text: string, type = "application/json"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
