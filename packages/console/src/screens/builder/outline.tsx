import { CornerDownRight, SquareCode, UserRound, Workflow } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { classNames } from "../../ui/class-names.ts";
import { wayText } from "./condition-text.ts";
import { copy } from "./copy.ts";
import { type JsonPath, samePath } from "./document/json-text.ts";
import type { ShownPipeline, ShownWay } from "./document/pipeline.ts";
import { copy as dryRunCopy } from "./dry-run/copy.ts";
import { stateOf, wayState } from "./dry-run/states.ts";
import type { Report } from "./dry-run/use-dry-run.ts";
import { type Builder, partOf } from "./use-builder.ts";

const words = copy.outline;

/** The pipeline in words: each step with its ways. It does everything that the canvas does; arrow keys go through it. */
export function Outline({ builder, report }: { builder: Builder; report: Report | null }) {
  const list = useRef<HTMLUListElement>(null);
  const { shown, selection, select, remarks } = builder;
  const chosen = partOf(selection);
  const wrong = new Set(remarks.filter(({ kind }) => kind === "problem").map(({ path }) => partOf(path).join()));
  const item = (path: JsonPath, picture: ReactNode, title: string, note: string | null, inner = false) => (
    <button
      type="button"
      aria-current={samePath(chosen, path) || undefined}
      onClick={() => select(path)}
      className={classNames(
        "flex min-h-8 w-full items-center gap-2 rounded-md py-1 pr-2 text-left hover:bg-hover aria-[current]:bg-accent-soft",
        inner ? "pl-7 text-sm text-muted" : "pl-2",
      )}
    >
      <span className="shrink-0 text-muted">{picture}</span>
      <span className="grid min-w-0 grow">
        <span className={classNames("wrap-anywhere", !inner && "font-medium")}>{title}</span>
        {note !== null && <span className="text-xs font-normal wrap-anywhere text-muted">{note}</span>}
      </span>
      {wrong.has(path.join()) && path.length > 0 && (
        <span className="shrink-0 text-xs font-medium text-danger">{copy.problems.problem}</span>
      )}
    </button>
  );
  return (
    <ul ref={list} aria-label={words.label} onKeyDown={(event) => step(event, list.current)} className="grid gap-px">
      <li>{item([], <Workflow size={15} aria-hidden="true" />, words.whole, null)}</li>
      {shown.steps.length === 0 && <li className="px-2 py-1 text-sm text-muted">{words.noSteps}</li>}
      {shown.steps.map(({ path, id, title, asks, index }) => (
        <li key={index}>
          {item(
            path,
            asks ? <UserRound size={15} aria-hidden="true" /> : <SquareCode size={15} aria-hidden="true" />,
            title || copy.canvas.unnamed(index),
            stateOf(report, id)?.word ?? (shown.starts.includes(id) ? words.begins : null),
          )}
          <ul>
            {shown.ways
              .filter(({ from }) => from === id)
              .map((way) => (
                <li key={way.path.join()}>
                  {item(
                    way.path,
                    <CornerDownRight size={13} aria-hidden="true" />,
                    wayTitle(way, shown),
                    [wayText(way), wayWord(report, way)].filter(Boolean).join(" · ") || null,
                    true,
                  )}
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

/** What the last dry run says of a way. */
function wayWord(report: Report | null, { path }: ShownWay): string {
  const state = wayState(report, path);
  const way = report?.ways.find((one) => one.path === `flow.${path[1]}[${path[2]}]`);
  if (state === null || !way) return "";
  return state === "taken" ? dryRunCopy.way.taken(way.taken) : dryRunCopy.way.notTaken;
}

const wayTitle = ({ to }: ShownWay, shown: ShownPipeline): string => words.to(titleOf(to, shown) || words.nowhere);

/** What a step or an end is called. */
export function titleOf(id: string, { steps }: ShownPipeline): string {
  return steps.find((step) => step.id === id)?.title ?? copy.canvas.ends[id] ?? id;
}

function step(event: KeyboardEvent, list: HTMLElement | null): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined || !list) return;
  const buttons = [...list.querySelectorAll("button")];
  const next = buttons[buttons.indexOf(event.target as HTMLButtonElement) + by];
  next?.focus();
  next?.click();
  event.preventDefault();
}
