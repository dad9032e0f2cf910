import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleX, ExternalLink, Paperclip } from "lucide-react";
import { api } from "../../../data/api.ts";
import { changesBetween } from "../../../ui/changes.ts";
import { Moment } from "../../../ui/moment.tsx";
import { OutsideLink } from "../../../ui/text-link.tsx";
import { Pairs, ValueView } from "../../../ui/value-view.tsx";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";
import { Section } from "./section.tsx";

/** Why it is asked: the rules that fired, with the values they looked at. */
export function Why({ hold: { fired, facts } }: { hold: Hold }) {
  // What a rule says with its value need not be said again.
  const others = Object.entries(facts ?? {}).filter(([, value]) => !fired.some((one) => one.value === value));
  return (
    <Section title={copy.sections.why}>
      {fired.length === 0 ? (
        <p className="text-muted">{copy.noFired}</p>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {fired.map(({ says, rule }) => (
            <li
              key={`${rule} ${says}`}
              className="rounded-md bg-warn-soft px-2 py-0.5 text-sm font-medium wrap-anywhere text-warn"
            >
              {says}
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && <Pairs entries={others} />}
    </Section>
  );
}

/** What was handed over to decide on. */
export function Evidence({ hold }: { hold: Hold }) {
  const { context, links, attachments } = hold;
  return (
    <>
      <Section title={copy.sections.evidence}>
        {context === undefined || context === null ? (
          <p className="text-muted">{copy.noEvidence}</p>
        ) : (
          <ValueView value={context} name="evidence" />
        )}
      </Section>
      {links.length + attachments.length > 0 && (
        <Section title={copy.sections.links}>
          <ul className="grid gap-1.5">
            {links.map(({ title, url }) => (
              <li key={title + url} className="flex items-center gap-2">
                <ExternalLink size={14} aria-hidden="true" className="shrink-0 text-muted" />
                <OutsideLink href={url} className="min-w-0 wrap-anywhere">
                  {title}
                </OutsideLink>
              </li>
            ))}
            {attachments.map(({ name, url, sha256, bytes }) => (
              <li key={name + sha256} className="flex flex-wrap items-center gap-x-2">
                <Paperclip size={14} aria-hidden="true" className="shrink-0 text-muted" />
                {url === undefined ? (
                  <span className="wrap-anywhere">{name}</span>
                ) : (
                  <OutsideLink href={url}>{name}</OutsideLink>
                )}
                <span className="font-mono text-xs text-muted">
                  {bytes === undefined ? "" : `${Math.ceil(bytes / 1024)} KiB `}
                  {sha256.slice(0, 12)}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** So many past decisions are shown. */
const precedents = 3;

/** The last decisions of the same step, with what came of them. */
export function Precedents({ hold }: { hold: Hold }) {
  const { workflow, name, id } = hold;
  const found = useQuery(api("holds.list", { workflow, name, status: ["decided"], limit: precedents + 1 }));
  const items = (found.data?.items ?? []).filter((one) => one.id !== id).slice(0, precedents);
  if (items.length === 0) return null;
  return (
    <Section title={copy.sections.precedents}>
      <ul className="grid gap-1.5">
        {items.map((one) => (
          <Precedent key={one.id} hold={one} />
        ))}
      </ul>
    </Section>
  );
}

function Precedent({ hold }: { hold: Hold }) {
  const { approved, args } = (hold.decision?.value ?? {}) as { approved?: boolean; args?: unknown };
  const bad = approved === false;
  const edited = args !== undefined && changesBetween(hold.action?.arguments, args).length > 0;
  return (
    <li className="flex items-start gap-2 text-sm">
      {bad ? (
        <CircleX size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
      ) : (
        <CircleCheck size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-ok" />
      )}
      <span className="min-w-0">
        <Link
          to="/inbox/$hold"
          params={{ hold: hold.id }}
          search={(before) => before as object}
          className="wrap-anywhere underline decoration-line-strong underline-offset-3"
        >
          {hold.title}
        </Link>{" "}
        <span className="text-muted">
          {approved === undefined ? copy.outcomes.answered : bad ? copy.outcomes.rejected : copy.outcomes.approved}
          {edited ? `, ${copy.edited}` : ""} · {hold.decidedBy ?? copy.progress.byItself}
          {hold.closedAt && (
            <>
              {" · "}
              <Moment at={hold.closedAt} />
            </>
          )}
          {hold.decision?.note && <span className="block wrap-anywhere">“{hold.decision.note}”</span>}
        </span>
      </span>
    </li>
  );
}
