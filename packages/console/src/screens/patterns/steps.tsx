import { classNames } from "../../ui/class-names.ts";
import { Nothing, Panel } from "../../ui/page.tsx";
import { ValueView } from "../../ui/value-view.tsx";
import { type ModelCall, modelCallOf } from "../run/agents/model-call.ts";
import { UsageLine } from "../run/agents/usage-line.tsx";
import type { JournalState } from "../run/journal/journal-feed.ts";
import type { Row } from "../run/journal/row.ts";
import { shownOf } from "../run/journal/shown.ts";
import { nameOf, StatePicture } from "../run/row-look.tsx";
import { copy } from "./copy.ts";

const words = copy.steps;
/** What a pattern does, apart from going on and joining. */
const told: ReadonlySet<string> = new Set(["step", "hold", "child"]);

/** Each step as it came: its state, its prompt, what was answered, what that took. */
export function Steps({
  journal: { book },
  ended,
  selected,
  prompts,
}: {
  journal: JournalState;
  ended: boolean;
  selected: string | null;
  prompts: ReadonlyMap<string, string>;
}) {
  const rows = [...book.all()].filter(({ kind, children }) => told.has(kind) && children.length === 0);
  if (rows.length === 0)
    return (
      <Panel>
        <Nothing>{words.none}</Nothing>
      </Panel>
    );
  return (
    <ol aria-label={words.title} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {rows.map((row) => (
        <Step key={row.key} row={row} ended={ended} chosen={row.key === selected} prompt={prompts.get(row.name)} />
      ))}
    </ol>
  );
}

function Step({
  row,
  ended,
  chosen,
  prompt,
}: {
  row: Row;
  ended: boolean;
  chosen: boolean;
  prompt: string | undefined;
}) {
  const settled = row.events.findLast(({ type }) => type.endsWith(".settled") || type.startsWith("mail."));
  const call = modelCallOf(settled?.value);
  return (
    <li
      className={classNames(
        "grid grid-cols-[minmax(0,1fr)] gap-1.5 rounded-lg border bg-surface px-4 py-3",
        chosen ? "border-accent" : "border-line",
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <StatePicture shown={shownOf(row, ended)} size={16} />
        <span className="font-medium wrap-anywhere">{nameOf(row)}</span>
        {call && <UsageLine call={call} />}
        {!settled && row.kind === "step" && !ended && <span className="text-sm text-muted">{words.asking}</span>}
      </div>
      {prompt !== undefined && (
        <details className="text-sm text-muted">
          <summary>{words.prompt}</summary>
          <p className="mt-1 max-w-prose wrap-anywhere whitespace-pre-wrap">{prompt}</p>
        </details>
      )}
      {call ? <ValueView value={answerOf(call)} /> : settled && <ValueView value={settled.value} />}
    </li>
  );
}

/** What a model said: an answer of a shape as its fields, anything else as its words and what it wants to call. */
function answerOf({ parts }: ModelCall): unknown {
  const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  const calls = parts.flatMap((part) => (part.type === "tool-call" ? [{ tool: part.name, arguments: part.args }] : []));
  const said = readObject(text) ?? text;
  if (calls.length === 0) return said;
  return text === "" ? { calls } : { said, calls };
}

function readObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
