import { momentText } from "../../../data/time.ts";
import { Moment } from "../../../ui/moment.tsx";
import { copy } from "../copy.ts";
import type { Hold, TrailLine } from "../views.ts";
import { Section } from "./section.tsx";

/** Each line of what happened, with the digest of what was shown at that moment. */
export const Audit = ({ hold, trail }: { hold: Hold; trail: readonly TrailLine[] }) => (
  <Section
    title={copy.sections.audit}
    aside={
      <span className="font-mono text-xs text-muted" title={hold.evidenceHash}>
        {copy.evidenceHash} {hold.evidenceHash.slice(0, 12)}
      </span>
    }
  >
    <ol className="grid gap-1 text-sm">
      {trail.map(({ n, actor, channel, action, at, hash }) => (
        <li key={n} className="flex flex-wrap items-baseline gap-x-2 border-b border-line pb-1 last:border-0">
          <span className="text-muted">
            <Moment at={at} />
          </span>
          <span className="font-medium wrap-anywhere">{actor ?? copy.progress.byItself}</span>
          <span>{action}</span>
          <span className="text-muted">{channel}</span>
          <span className="ml-auto font-mono text-xs text-muted" title={`${momentText(at)}\n${hash ?? ""}`}>
            {hash?.slice(0, 8)}
          </span>
        </li>
      ))}
    </ol>
  </Section>
);
