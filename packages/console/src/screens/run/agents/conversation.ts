import type { Row } from "../journal/row.ts";
import type { RowBook } from "../journal/row-book.ts";
import { type ModelCall, modelCallOf } from "./model-call.ts";

/** A call of a tool: what a model asked for, and what the record has of it. */
export interface ToolCall {
  id: string;
  name: string;
  args: unknown;
  invalid: string | null;
  /** The step or child run that did it; null when none was begun, as for a handoff. */
  row: Row | null;
  /** Where somebody was asked. */
  hold: Row | null;
}

/** One turn of an agent, or one question to a model. */
export interface Turn {
  row: Row;
  agent: string;
  call: ModelCall;
  tools: ToolCall[];
  /** The agent that goes on; null when the same does. */
  handoff: string | null;
}

/** What an agent took, of all its turns. */
export interface AgentTotal {
  agent: string;
  turns: number;
  models: string[];
  /** Null when a part is not known. */
  cost: number | null;
  input: number | null;
  output: number | null;
  ms: number;
}

/** The turns of all agents, in order: every step that recorded a call of a model. */
export function turnsOf(book: RowBook): Turn[] {
  const turns: Turn[] = [];
  const rows = [...book.all()];
  for (const row of rows) {
    if (row.kind !== "step") continue;
    const call = modelCallOf(row.events.findLast(({ type }) => type === "step.settled")?.value);
    if (call === null) continue;
    const agent = row.name.replace(/ turn$/, "");
    turns.push({ row, agent, call, tools: toolsOf(row, call, rows), handoff: null });
  }
  for (const [n, turn] of turns.entries()) {
    const next = turns[n + 1];
    const asked = turn.tools.some(({ row, hold }) => row === null && hold === null);
    if (next && next.agent !== turn.agent && asked && next.row.parent === turn.row.parent) turn.handoff = next.agent;
  }
  return turns;
}

/** The branches of a turn's tools: the first "for each" that began after it in its scope has one for each call. */
function toolsOf(turn: Row, call: ModelCall, rows: readonly Row[]): ToolCall[] {
  const asked = call.parts.filter((part) => part.type === "tool-call");
  if (asked.length === 0) return [];
  const seq = turn.events.at(-1)?.seq ?? 0;
  const siblings = turn.parent?.children ?? rows.filter(({ parent }) => parent === null);
  const map = siblings.find(({ kind, children }) => kind === "map" && firstSeq(children) > seq);
  return asked.map(({ id, name, args, invalid }, index) => {
    const branch = map?.children.find((one) => one.name === `${index + 1} ${name}`);
    const inside = branch?.children ?? [];
    return {
      ...{ id, name, args, invalid: invalid ?? null },
      row: inside.find(({ kind }) => kind !== "hold") ?? null,
      hold: inside.find(({ kind }) => kind === "hold") ?? null,
    };
  });
}

const firstSeq = (rows: readonly Row[]): number =>
  Math.min(...rows.map((row) => row.events[0]?.seq ?? firstSeq(row.children)), Number.POSITIVE_INFINITY);

/** What each agent took, in the order of their first turns. */
export function totalsOfAgents(turns: readonly Turn[]): AgentTotal[] {
  const totals = new Map<string, AgentTotal>();
  const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
  for (const { agent, call } of turns) {
    const before = totals.get(agent) ?? { agent, turns: 0, models: [], cost: 0, input: 0, output: 0, ms: 0 };
    totals.set(agent, {
      ...{ agent, turns: before.turns + 1, models: [...new Set([...before.models, call.model])] },
      ...{
        cost: sum(before.cost, call.cost),
        input: sum(before.input, call.input),
        output: sum(before.output, call.output),
      },
      ms: before.ms + (call.ms ?? 0),
    });
  }
  return [...totals.values()];
}
