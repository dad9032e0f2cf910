import { JsonView } from "../../../ui/json-view.tsx";
import { copy } from "../copy.ts";
import { ErrorText, Section } from "../inspector.tsx";
import type { JournalState } from "../journal/journal-feed.ts";

const words = copy.values;

/** What the run was given and what it gave. */
export function ValuesTab({ journal: { book } }: { journal: JournalState }) {
  const { opened, settled } = book;
  return (
    <div className="grid max-w-4xl gap-6 overflow-y-auto p-4">
      <Section title={words.input}>
        {opened?.value === undefined ? (
          <p className="text-muted">{words.noInput}</p>
        ) : (
          <JsonView value={opened.value} name="input" label={words.input} />
        )}
      </Section>
      {settled?.outcome === "error" ? (
        <Section title={words.error}>
          <ErrorText value={settled.value} />
        </Section>
      ) : (
        <Section title={words.output}>
          {settled ? (
            <JsonView value={settled.value} name="output" label={words.output} />
          ) : (
            <p className="text-muted">{words.notYet}</p>
          )}
        </Section>
      )}
    </div>
  );
}
