import type { RouteOutput } from "@holdpoint/client";
import { JsonView } from "../../ui/json-view.tsx";
import { copy } from "./copy.ts";

const words = copy.schemas;

/** What a workflow takes, gives and can be sent. */
export function Schemas({ about: { input, output, signals, queue } }: { about: RouteOutput<"workflows.show"> }) {
  const parts: [string, unknown][] = [
    [words.input, input],
    [words.output, output],
    ...Object.entries(signals).map(([name, schema]): [string, unknown] => [`${words.signals}: ${name}`, schema]),
  ];
  return (
    <div className="grid gap-5">
      <p className="text-sm text-muted">{words.queue(queue)}</p>
      {parts.map(([title, schema]) => (
        <section key={title} className="grid gap-2">
          <h2 className="text-sm font-semibold wrap-anywhere">{title}</h2>
          {schema === null ? (
            <p className="text-sm text-muted">{words.noSchema}</p>
          ) : (
            <JsonView value={schema} label={title} name="schema" />
          )}
        </section>
      ))}
    </div>
  );
}
