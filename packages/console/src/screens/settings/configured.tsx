import { Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";

const words = copy.server;

/** What no screen changes, and where it is changed. */
export const Configured = () => (
  <Section title={words.title} hint={words.hint}>
    <Panel>
      <dl className="divide-y divide-line">
        {words.items.map(({ title, text }) => (
          <div key={title} className="grid gap-1 p-4 sm:grid-cols-[14rem_minmax(0,1fr)]">
            <dt className="font-medium">{title}</dt>
            <dd className="max-w-prose text-muted">{text}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  </Section>
);
