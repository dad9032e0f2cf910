import { ArrowRight, Bot, Wrench } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { Empty } from "../../../ui/states.tsx";
import { Badge } from "../../../ui/status.tsx";
import { type AgentTotal, type ToolCall, type Turn, totalsOfAgents, turnsOf } from "../agents/conversation.ts";
import { dollars } from "../agents/model-call.ts";
import { UsageLine } from "../agents/usage-line.tsx";
import { copy } from "../copy.ts";
import type { JournalState } from "../journal/journal-feed.ts";
import { lengthText } from "../timeline/lines.ts";

const words = copy.agents;
/** So many turns are shown at first. */
const firstTurns = 50;

/** What agents said, which tools they called, to whom they handed over, and what each of them cost. */
export function AgentsTab({ journal, onSelect }: { journal: JournalState; onSelect: (key: string) => void }) {
  const { book, revision } = journal;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const turns = useMemo(() => turnsOf(book), [book, revision]);
  const totals = useMemo(() => totalsOfAgents(turns), [turns]);
  const [count, setCount] = useState(firstTurns);
  if (turns.length === 0)
    return (
      <Empty title={words.none} icon={<Bot size={20} aria-hidden="true" />}>
        <p>{words.noneHint}</p>
      </Empty>
    );
  return (
    <div className="grid max-w-4xl gap-5 overflow-y-auto p-4">
      <Costs totals={totals} />
      <ol className="grid gap-4">
        {turns.slice(0, count).map((turn) => (
          <TurnItem key={turn.row.key} turn={turn} onSelect={onSelect} />
        ))}
      </ol>
      {turns.length > count && (
        <div>
          <Button onClick={() => setCount(count + 200)}>{words.turns(turns.length - count)} …</Button>
        </div>
      )}
    </div>
  );
}

const Costs = ({ totals }: { totals: readonly AgentTotal[] }) => (
  <section
    aria-label={words.summary}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    tabIndex={0}
    className="overflow-x-auto rounded-lg border border-line bg-surface"
  >
    <table className="w-full border-collapse text-sm">
      <thead>
        <tr className="border-b border-line text-left text-xs text-muted">
          {[words.agent, words.model, words.tokens, words.time, words.cost].map((head) => (
            <th key={head} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {totals.map(({ agent, turns, models, input, output, cost, ms }) => (
          <tr key={agent} className="border-b border-line last:border-0">
            <th scope="row" className="px-3 py-2 text-left font-medium">
              {agent} <span className="font-normal text-muted">{words.turns(turns)}</span>
            </th>
            <td className="px-3 py-2 font-mono text-xs">{models.join(", ")}</td>
            <td className="px-3 py-2 whitespace-nowrap">
              {input?.toLocaleString() ?? "?"} / {output?.toLocaleString() ?? "?"}
            </td>
            <td className="px-3 py-2 whitespace-nowrap">{lengthText(ms)}</td>
            <td className="px-3 py-2 whitespace-nowrap">{cost === null ? words.unknown : dollars(cost)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

function TurnItem({
  turn: { row, agent, call, tools, handoff },
  onSelect,
}: {
  turn: Turn;
  onSelect: (key: string) => void;
}) {
  return (
    <li className="grid gap-1.5 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <Bot size={16} aria-hidden="true" className="text-accent-text" />
        <button type="button" className="font-medium hover:underline" onClick={() => onSelect(row.key)}>
          {agent}
        </button>
        <UsageLine call={call} />
      </div>
      {call.parts.map((part, n) => {
        if (part.type === "text")
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name and never change places
            <p key={n} className="max-w-prose wrap-anywhere whitespace-pre-wrap">
              {part.text}
            </p>
          );
        if (part.type === "reasoning")
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <details key={n} className="text-sm text-muted">
              <summary>{words.thinking}</summary>
              <p className="mt-1 max-w-prose wrap-anywhere whitespace-pre-wrap">{part.text}</p>
            </details>
          );
        return null;
      })}
      {tools.map((tool) => (
        <ToolItem key={tool.id} tool={tool} onSelect={onSelect} />
      ))}
      {handoff !== null && (
        <p className="flex items-center gap-1.5 text-sm text-muted">
          <ArrowRight size={14} aria-hidden="true" />
          {words.handoff} <span className="font-medium text-ink">{handoff}</span>
        </p>
      )}
    </li>
  );
}

function ToolItem({
  tool: { name, args, invalid, row, hold },
  onSelect,
}: {
  tool: ToolCall;
  onSelect: (key: string) => void;
}) {
  const settled = row?.events.findLast(({ type }) => type.endsWith(".settled") || type === "mail.child");
  const decided = hold?.events.find(({ type }) => type === "mail.decision");
  const key = row?.key ?? hold?.key;
  return (
    <div className="grid gap-1 rounded-md bg-sunken px-3 py-2 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <Wrench size={14} aria-hidden="true" className="text-muted" />
        {key === undefined ? (
          <span className="font-medium">{name}</span>
        ) : (
          <button type="button" className="font-medium hover:underline" onClick={() => onSelect(key)}>
            {name}
          </button>
        )}
        {settled && (
          <Badge tone={settled.outcome === "error" ? "danger" : "ok"}>
            {settled.outcome === "error" ? copy.states.error : copy.states.ok}
          </Badge>
        )}
        {hold && !decided && <Badge tone="warn">{copy.states.person}</Badge>}
        {decided && <span className="text-xs text-muted">{decided.by}</span>}
      </span>
      <code className="font-mono text-xs wrap-anywhere">{invalid ?? brief(args)}</code>
      {settled && (
        <code className="border-t border-line pt-1 font-mono text-xs text-muted wrap-anywhere">
          → {brief(settled.value)}
        </code>
      )}
    </div>
  );
}

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
};
