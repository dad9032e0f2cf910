import { type ReactNode, useEffect, useRef } from "react";
import { useMay } from "../../data/session.tsx";
import { Button } from "../../ui/button.tsx";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import { OutsideLink } from "../../ui/text-link.tsx";
import { ValueView } from "../../ui/value-view.tsx";
import { useDecisions } from "../inbox/decisions.ts";
import type { Hold } from "../inbox/views.ts";
import { partsOf, stageOf } from "./annotate-parts.ts";
import { AnswerForm } from "./answer-form.tsx";
import { copy } from "./copy.ts";
import { useWork } from "./use-work.ts";

/** One item after the other, for somebody with both hands on the keyboard. */
export function Annotate({ queue }: { queue: string }) {
  const may = useMay("holds:decide");
  const work = useWork(queue);
  const decider = useDecisions();
  const { current } = work;
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    // Whoever has answered goes on with the next one, also by screen reader; nobody is sent anywhere when the screen opens.
    if (current && shown.current !== null && shown.current !== current.id) heading.current?.focus();
    if (current) shown.current = current.id;
  }, [current]);
  const { keys, group } = copy;
  useShortcut({ id: "annotation.undo", label: keys.undo, group, keys: "u" }, () => {
    const hold = decider.undo();
    if (hold) work.returnTo(hold);
  });
  useShortcut({ id: "annotation.skip", label: keys.skip, group, keys: "s" }, () => current && work.skip(current), {
    enabled: current != null,
  });
  if (!may) return <Empty title={copy.nothing}>{copy.mayNot}</Empty>;
  if (work.error && current === undefined) return <Failure error={work.error} />;
  if (current === undefined) return <Loading rows={4} />;
  if (current === null)
    return (
      <Empty title={copy.nothing}>
        <p>{copy.nothingText}</p>
        {work.answered > 0 && <p>{copy.answered(work.answered)}</p>}
        {work.skipped > 0 && <Button onClick={work.bringBack}>{copy.again}</Button>}
      </Empty>
    );
  const stage = stageOf(current);
  return (
    <div className="grid gap-4">
      <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <span className="tabular-nums">{copy.left(work.left, work.more)}</span>
        {work.answered > 0 && <span className="tabular-nums">{copy.answered(work.answered)}</span>}
        {work.gone && <span className="text-warn">{copy.gone}</span>}
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <article className="grid gap-4 rounded-lg border border-line bg-surface p-4" aria-labelledby="annotation-item">
          <header className="grid gap-1.5">
            <div className="flex flex-wrap items-center gap-2">
              <Badge tone={stage === "adjudicate" ? "warn" : stage === "check" ? "info" : "neutral"}>
                {copy.stage[stage] ?? stage}
              </Badge>
            </div>
            <h2 id="annotation-item" ref={heading} tabIndex={-1} className="text-md font-semibold wrap-anywhere">
              {current.title}
            </h2>
            <p className="text-sm text-muted">{copy.stageNote[stage]}</p>
          </header>
          <Shown hold={current} />
        </article>
        <AnswerForm
          key={current.id}
          hold={current}
          decider={decider}
          onAnswered={() => work.next(current)}
          onSkip={() => work.skip(current)}
        />
      </div>
    </div>
  );
}

/** What the item is, and of a dispute what annotators said: what, not who. */
function Shown({ hold }: { hold: Hold }) {
  const { item, answers } = partsOf(hold);
  return (
    <>
      {item !== null && item !== undefined && (
        <Part title={copy.item}>
          <ValueView value={item} name={copy.item} />
        </Part>
      )}
      {answers.length > 0 && (
        <Part title={copy.answers}>
          <ol className="grid gap-2 sm:grid-cols-2">
            {answers.map((one, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: answers have no names here, by intent
              <li key={n} className="grid content-start gap-1 rounded-md bg-sunken p-3">
                <span className="text-xs font-medium text-muted">{copy.answerOf(n + 1)}</span>
                <ValueView value={one.answer} name={copy.answerOf(n + 1)} />
                {one.note && <p className="text-sm wrap-anywhere">{one.note}</p>}
              </li>
            ))}
          </ol>
        </Part>
      )}
      {hold.links.length > 0 && (
        <Part title={copy.links}>
          <ul className="grid gap-1">
            {hold.links.map(({ title, url }) => (
              <li key={url}>
                <OutsideLink href={url}>{title}</OutsideLink>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="grid gap-1.5">
    <h3 className="text-sm font-semibold">{title}</h3>
    {children}
  </section>
);
