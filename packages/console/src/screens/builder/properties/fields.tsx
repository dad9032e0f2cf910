import { useState } from "react";
import { Field, TextArea, TextInput } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import { setField } from "../document/edits.ts";
import { type JsonPath, valueAt } from "../document/json-text.ts";
import type { Builder } from "../use-builder.ts";

interface Place {
  builder: Builder;
  path: JsonPath;
  label: string;
  hint?: string;
}

/** A text of the document. */
export function TextAt({ builder, path, label, hint, lines = 1, list }: Place & { lines?: number; list?: string }) {
  const value = valueAt(builder.document, path);
  const set = (text: string): void => builder.edit(setField(path, text), path.join("."));
  return (
    <Field label={label} hint={hint}>
      {(control) => {
        const common = { ...control, value: typeof value === "string" ? value : "" };
        return lines > 1 ? (
          <TextArea {...common} rows={lines} onChange={({ target }) => set(target.value)} />
        ) : (
          <TextInput {...common} list={list} autoComplete="off" onChange={({ target }) => set(target.value)} />
        );
      }}
    </Field>
  );
}

/** Any value of the document as JSON. What is typed is kept while it is none, and not taken over. */
export function JsonAt({ builder, path, label, hint }: Place) {
  const value = valueAt(builder.document, path);
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState<{ text: string; meant: string; wrong: boolean } | null>(null);
  // What was typed is shown while it means what the document says; a change from elsewhere replaces it.
  const shown = typed !== null && (typed.wrong || typed.meant === text) ? typed : { text, wrong: false };
  const set = (next: string): void => {
    try {
      const parsed: unknown = next.trim() === "" ? undefined : JSON.parse(next);
      setTyped({ text: next, meant: parsed === undefined ? "" : JSON.stringify(parsed, null, 2), wrong: false });
      builder.edit(setField(path, parsed), path.join("."));
    } catch {
      setTyped({ text: next, meant: "", wrong: true });
    }
  };
  return (
    <Field label={label} hint={hint} error={shown.wrong ? copy.properties.noJson : null}>
      {(control) => (
        <TextArea
          {...control}
          rows={Math.min(12, Math.max(2, shown.text.split("\n").length))}
          spellCheck={false}
          className="font-mono text-xs"
          value={shown.text}
          onChange={({ target }) => set(target.value)}
        />
      )}
    </Field>
  );
}

/** A list of texts, typed with commas between. */
export function NamesAt({ builder, path, label, hint }: Place) {
  const value = valueAt(builder.document, path);
  const names = Array.isArray(value) ? value.map(String) : [];
  return (
    <NamesField
      label={label}
      hint={hint}
      names={names}
      onNames={(next) => builder.edit(setField(path, next.length === 0 ? undefined : next), path.join("."))}
    />
  );
}

/** Texts with commas between. */
export function NamesField({
  label,
  hint,
  names,
  onNames,
}: {
  label: string;
  hint?: string | undefined;
  names: readonly string[];
  onNames: (names: string[]) => void;
}) {
  const [typed, setTyped] = useState("");
  const meant = namesIn(typed);
  const shown = meant.join("\n") === names.join("\n") ? typed : names.join(", ");
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <TextInput
          {...control}
          autoComplete="off"
          value={shown}
          onChange={({ target }) => {
            setTyped(target.value);
            onNames(namesIn(target.value));
          }}
        />
      )}
    </Field>
  );
}

const namesIn = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
