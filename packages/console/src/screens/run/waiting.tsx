import type { RouteOutput } from "@holdpoint/client";
import { Hourglass } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useMay } from "../../data/session.tsx";
import { spanText, useNow } from "../../data/time.ts";
import { Button } from "../../ui/button.tsx";
import { Moment } from "../../ui/moment.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { NudgeDialog } from "./actions/nudge-dialog.tsx";
import { ReassignDialog } from "./actions/reassign-dialog.tsx";
import { copy } from "./copy.ts";
import { HoldLink } from "./hold-link.tsx";

const words = copy.waiting;
type Why = RouteOutput<"runs.why">;
type Wait = Why["waits"][number];
type Hold = Extract<Wait, { type: "hold" }>["hold"];

/** Whom or what the run waits for, since when, and what can be done about it; nothing where it does not wait. */
export function Waiting({ why }: { why: Why }) {
  const { run, waits, workers, pausedBy } = why;
  if (run.status === "paused") return <Line>{words.paused(pausedBy)}</Line>;
  if (run.status !== "parked" && run.status !== "ready") return null;
  const holds = waits.filter((one) => one.type === "hold");
  const others = waits.filter(({ type }) => type !== "hold" && type !== "step");
  return (
    <>
      {workers === 0 && <Line>{words.noWorker(run.version)}</Line>}
      {holds.slice(0, 3).map(({ hold }) => (
        <HoldLine key={hold.id} hold={hold} />
      ))}
      {holds.length === 0 && others[0] && (
        <Line>
          <OtherWait one={others[0]} since={run.updatedAt} />
        </Line>
      )}
    </>
  );
}

const Line = ({ children, actions }: { children: ReactNode; actions?: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-warn-soft px-4 py-2 text-warn">
    <Hourglass size={16} aria-hidden="true" className="shrink-0" />
    <p className="min-w-0 wrap-anywhere">{children}</p>
    {actions && <div className="flex flex-wrap gap-1.5">{actions}</div>}
  </div>
);

function HoldLine({ hold }: { hold: Hold }) {
  const now = useNow();
  const [asking, setAsking] = useState<"nudge" | "reassign" | null>(null);
  const mayDecide = useMay("holds:decide");
  const mayComment = useMay("holds:comment");
  const since = spanText(Math.max(0, now - Date.parse(hold.openedAt)));
  const close = (): void => setAsking(null);
  return (
    <>
      <Line
        actions={
          <>
            {mayComment && (
              <Button size="sm" onClick={() => setAsking("nudge")}>
                {words.nudge}
              </Button>
            )}
            {mayDecide && (
              <Button size="sm" onClick={() => setAsking("reassign")}>
                {words.reassign}
              </Button>
            )}
            <HoldLink
              hold={hold.id}
              className="inline-flex h-7 items-center rounded-md bg-accent px-2.5 text-sm font-medium text-on-accent no-underline hover:bg-accent-hover"
            >
              {words.decide}
            </HoldLink>
          </>
        }
      >
        <span className="font-medium">
          {hold.origin === "operator" ? words.operator(since) : words.person(whoOf(hold), since)}
        </span>
        <span className="text-ink"> · {hold.title}</span>
      </Line>
      <NudgeDialog hold={hold} open={asking === "nudge"} onClose={close} />
      <ReassignDialog hold={hold} open={asking === "reassign"} onClose={close} />
    </>
  );
}

/** Who may end the wait: whoever took it, else those of its open stage. */
function whoOf({ progress, people, reviewers }: Hold): string {
  if (progress.claimedBy) return progress.claimedBy;
  if (progress.assignedTo) return progress.assignedTo;
  const named = reviewers?.stages.flatMap((stage) => [...stage.groups, ...stage.people]) ?? people ?? [];
  return named.length === 0 ? words.anybody : listed([...new Set(named)]);
}

const listed = (names: readonly string[]): string =>
  names.length > 3
    ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
    : names.join(names.length === 2 ? " or " : ", ");

function OtherWait({ one, since }: { one: Wait; since: string }) {
  const now = useNow();
  if (one.type === "signal") return words.signal(one.name, spanText(Math.max(0, now - Date.parse(since))));
  if (one.type === "child")
    return (
      <>
        {words.child}{" "}
        <TextLink to="/runs/$run" params={{ run: one.id }}>
          {one.workflow}
        </TextLink>
      </>
    );
  if (one.type === "retry")
    return (
      <>
        {words.retry(one.attempts, one.error)} {one.until ? <Moment at={one.until} /> : words.soon}.
      </>
    );
  if (one.type === "time") return one.until ? <Moment at={one.until} prefix={`${words.time} `} /> : words.timeUnknown;
  return null;
}
