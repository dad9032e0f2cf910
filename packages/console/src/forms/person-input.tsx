import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useId, useState } from "react";
import { api } from "../data/api.ts";
import { useMay } from "../data/session.tsx";
import { useSettled } from "../data/settled.ts";
import { TextInput } from "../ui/field.tsx";

/** Typing rests for so long before the directory is asked, in ms. */
const restMs = 200;
const most = 50;

/**
 * A line for the name of somebody. Whom the directory in the store knows is suggested, found by name, screen name, mail address or group; whoever else acts
 * may be written, too: an installation's people need not all stand there.
 */
export function PersonInput({ onInput, ...rest }: ComponentProps<"input">) {
  const list = useId();
  const [text, setText] = useState("");
  const suggested = useSuggested(useSettled(text.trim(), restMs));
  return (
    <>
      <TextInput
        {...rest}
        autoComplete="off"
        list={list}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onInput?.(event);
        }}
      />
      <datalist id={list}>
        {[...suggested].map(([id, says]) => (
          <option key={id} value={id} label={says} />
        ))}
      </datalist>
    </>
  );
}

/** Whom to suggest, by the name under which they act, each with what else is known of them. Nobody for whoever may not read the directory. */
function useSuggested(text: string): ReadonlyMap<string, string> {
  const may = useMay("people:read");
  const search = text === "" ? {} : { search: text.slice(0, 256) };
  const asking = { enabled: may, retry: false };
  const people = useQuery({ ...api("people.list", { ...search, limit: most }), ...asking }).data?.items ?? [];
  const groups = useQuery({ ...api("groups.list", {}), ...asking }).data?.items ?? [];
  const found = new Map(people.map(({ id, name, groups }) => [id, [name ?? id, ...groups].join(" · ")]));
  const wanted = text.toLowerCase();
  for (const { name, members } of wanted === "" ? [] : groups)
    for (const id of name.toLowerCase().includes(wanted) ? members : [])
      if (found.size < most && !found.has(id)) found.set(id, `${id} · ${name}`);
  return found;
}
