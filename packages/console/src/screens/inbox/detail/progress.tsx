import { Bell, CircleCheck, CircleX, Clock, TimerOff, UserPlus } from "lucide-react";
import type { ReactNode } from "react";
import { momentText, relativeText, useNow } from "../../../data/time.ts";
import { classNames } from "../../../ui/class-names.ts";
import { Moment } from "../../../ui/moment.tsx";
import { copy } from "../copy.ts";
import type { Hold, Standing } from "../views.ts";
import { Section } from "./section.tsx";

/** Who decides, who has said what, and what happens by itself when nobody does. */
export const Progress = ({ hold, standing }: { hold: Hold; standing: Standing | undefined }) => (
  <Section title={copy.sections.progress}>
    <ul className="grid gap-1">
      {rulesOf(hold).map((line) => (
        <li key={line} className="wrap-anywhere">
          {line}
        </li>
      ))}
    </ul>
    {hold.status === "open" && standing && !standing.may && (
      <p className="text-muted wrap-anywhere">{copy.decide.whoMay(standing.whoMay)}</p>
    )}
    <Votes hold={hold} />
    <Ladder hold={hold} />
  </Section>
);

/** The rules in words, a line for each sign-off. */
function rulesOf({ people, reviewers }: Hold): string[] {
  if (reviewers === null)
    return [people === null || people.length === 0 ? "Anybody may decide." : `Any one of ${people.join(", ")}.`];
  const lines = reviewers.stages.map(({ people: named, groups, need, quorum, independent }, index) => {
    const who = [...named, ...groups.map((group) => `group ${group}`)].join(", ") || "anybody";
    const each = need.map(({ group, count }) => `${count} of ${group}`).join(" and ");
    const how = independent
      ? `${quorum} answer without seeing each other's answers`
      : quorum > 1
        ? `${quorum} must agree`
        : "one is enough";
    const order = reviewers.stages.length > 1 ? `${copy.progress.stage(index + 1, reviewers.stages.length)}: ` : "";
    return `${order}${who}; ${how}${each ? ` (${each})` : ""}.`;
  });
  const out = [
    ...reviewers.exclude,
    ...(reviewers.excludeCreator ? [reviewers.creator ?? copy.progress.requester] : []),
  ];
  return out.length === 0 ? lines : [...lines, `Not ${out.join(", ")}.`];
}

function Votes({ hold: { progress, status } }: { hold: Hold }) {
  if (progress.votes.length + progress.delegations.length === 0 && !progress.assignedTo) return null;
  return (
    <ul className="grid gap-1">
      {progress.assignedTo && <li className="text-muted">{copy.progress.assigned(progress.assignedTo)}</li>}
      {progress.delegations.map(({ from, to }) => (
        <li key={`${from} ${to}`} className="text-muted">
          {copy.progress.delegated(from, to)}
        </li>
      ))}
      {progress.votes.map(({ by, as, outcome, note, at, stage }) => (
        <li key={`${by} ${stage} ${at}`} className="flex items-start gap-2">
          <VoteIcon outcome={outcome} />
          <span className="min-w-0 wrap-anywhere">
            {by ?? "somebody"} {as !== null && as !== by ? `${copy.progress.for(as)} ` : ""}
            {outcome}{" "}
            <span className="text-muted">
              <Moment at={at} />
            </span>
            {note && !(status === "open" && outcome === "answered") && (
              <span className="block text-muted">“{note}”</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const VoteIcon = ({ outcome }: { outcome: string }) =>
  outcome === "rejected" ? (
    <CircleX size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
  ) : (
    <CircleCheck size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-ok" />
  );

function Ladder({ hold: { deadline, progress, status } }: { hold: Hold }) {
  const now = useNow();
  if (status !== "open") return null;
  if (deadline.length === 0) return <p className="text-muted">{copy.progress.nothing}</p>;
  return (
    <>
      {progress.pausedAt && <p className="text-warn">{copy.progress.paused}</p>}
      <ol className="flex flex-wrap gap-x-2 gap-y-1.5 text-sm">
        {deadline.map((rung) => {
          const at = String(rung.at);
          const [icon, words] = rungOf(rung);
          const past = Date.parse(at) < now;
          return (
            <li
              key={at + words}
              className={classNames(
                "inline-flex items-center gap-1.5 rounded-md border border-line bg-surface px-2 py-1",
                past && "text-muted line-through",
              )}
            >
              {icon}
              <time dateTime={at} title={momentText(at)}>
                {relativeText(at, now)}
              </time>
              {words}
            </li>
          );
        })}
      </ol>
    </>
  );
}

function rungOf(rung: Hold["deadline"][number]): [icon: ReactNode, words: string] {
  const { rungs } = copy.progress;
  if ("remind" in rung) return [<Bell key="remind" size={13} aria-hidden="true" />, rungs.remind];
  if ("expire" in rung) return [<TimerOff key="expire" size={13} aria-hidden="true" />, rungs.expire];
  if ("escalate" in rung) {
    const { people = [], groups = [] } = rung.escalate as { people?: string[]; groups?: string[] };
    return [
      <UserPlus key="escalate" size={13} aria-hidden="true" />,
      rungs.escalate([...people, ...groups].join(", ")),
    ];
  }
  const { value } = (rung.decide ?? {}) as { value?: { approved?: unknown } | null };
  const words = value?.approved === true ? rungs.approve : value?.approved === false ? rungs.reject : rungs.decide;
  return [<Clock key="decide" size={13} aria-hidden="true" />, words];
}
