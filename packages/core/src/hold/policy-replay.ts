import { HoldpointError } from "../errors.ts";
import { assign, claim, delegate, release } from "./custody.ts";
import { currentStage, type Situation } from "./electorate.ts";
import { type Closing, type Move, timerOf } from "./move.ts";
import { amend, answer, answered, ask } from "./questions.ts";
import type { SignedDecision } from "./signature.ts";
import { passTime } from "./timers.ts";
import { castVote } from "./vote.ts";

/** A line of an audit trail, as a replay under other rules needs it. */
export interface PastEvent {
  action: string;
  actor: string | null;
  channel: string;
  at: number;
  data: unknown;
}

/** What a hold would have come to. */
export interface ReplayedHold {
  /** `open`: nothing that happened decides it. */
  outcome: "approved" | "rejected" | "answered" | "expired" | "withdrawn" | "open";
  /** When it would have closed; null while it is open. */
  at: number | null;
  /** Who decided; null for time, and while it is open. */
  by: string | null;
  /** What people did that the rules refuse, and what is missing. */
  why: string[];
}

/** What an event says, whatever it is about. */
interface Said {
  outcome?: string;
  value?: unknown;
  note?: string | null;
  option?: string | null;
  signed?: SignedDecision;
  arguments?: unknown;
  context?: unknown;
  to?: string | null;
  n?: number;
  text?: string;
}

/**
 * Lives a hold again under other rules: everybody does what they did when they did it, time passes as it passed, and the rules say what comes
 * of it. What people would have done instead nobody knows: who was not asked then says nothing.
 *
 * @param opened the hold as it opens under the other rules
 * @param until how far time passes after the last event
 */
export function replayHold(opened: Situation, events: readonly PastEvent[], until: number): ReplayedHold {
  let situation = opened;
  let closed: { closing: Closing; at: number } | null = null;
  const why: string[] = [];
  const apply = (move: Move | null, at: number): void => {
    if (move === null) return;
    const round = situation.round + 1 - (move.progress.moves - situation.progress.moves);
    situation = { ...situation, progress: move.progress, round };
    if (move.closes) closed = { closing: move.closes, at };
  };
  const pass = (to: number): void => {
    while (closed === null) {
      const next = timerOf(situation, situation.progress);
      const move = next === null || next > to ? null : passTime({ ...situation, now: next });
      if (next === null || move === null) return;
      apply(move, next);
    }
  };
  for (const event of counted(events)) {
    pass(event.at);
    if (closed !== null) break;
    situation = { ...situation, now: event.at };
    if (event.action === "withdrawn" || event.action === "superseded") {
      return { outcome: "withdrawn", at: event.at, by: null, why };
    }
    try {
      apply(again(situation, event), event.at);
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
      why.push(error.message);
    }
  }
  pass(until);
  return ended(situation, closed, why);
}

function ended(situation: Situation, closed: { closing: Closing; at: number } | null, why: string[]): ReplayedHold {
  if (closed === null) {
    const { tally } = currentStage(situation);
    const missing = tally.type === "open" ? [tally.missing] : [];
    return { outcome: "open", at: null, by: null, why: [...why, ...missing] };
  }
  const { closing, at } = closed;
  const approved = (closing.value as { approved?: unknown } | null | undefined)?.approved;
  const said = approved === true ? "approved" : approved === false ? "rejected" : "answered";
  return { outcome: closing.status === "expired" ? "expired" : said, at, by: closing.by, why };
}

/** The events that say something of their own: no vote that the form refused later, and none twice. */
function counted(events: readonly PastEvent[]): PastEvent[] {
  const kept: PastEvent[] = [];
  for (const event of events) {
    if (event.action === "refused") {
      while (kept.at(-1)?.actor === event.actor && ["voted", "answered"].includes(kept.at(-1)?.action ?? ""))
        kept.pop();
      continue;
    }
    const before = kept.at(-1);
    const same = before !== undefined && before.at === event.at && before.actor === event.actor;
    // An edit is a vote, and a vote that decides is told as both.
    if (same && event.action === "voted" && before.action === "edited") continue;
    if (isClosing(event) && (event.channel === "deadline" || (same && ["voted", "edited"].includes(before.action))))
      continue;
    kept.push(event);
  }
  return kept;
}

const isClosing = ({ action }: PastEvent): boolean => action === "decided" || action === "answered";

function again(situation: Situation, { action, actor, channel, data }: PastEvent): Move | null {
  const said = (data ?? {}) as Said;
  const by = actor ?? "";
  const { note = null, option = null, signed } = said;
  const ballot = { by: actor, note, option, channel, checked: true, ...(signed ? { signed } : {}) };
  switch (action) {
    case "voted":
      if (said.outcome === "abstained") return castVote(situation, { ...ballot, value: null, abstains: true });
      if (said.outcome === "answered") return castVote(situation, { ...ballot, value: said.value });
      return castVote(situation, { ...ballot, value: { approved: said.outcome === "approved" } });
    case "edited":
      return castVote(situation, { ...ballot, value: { approved: true, args: said.arguments } });
    case "decided":
    case "answered":
      return castVote(situation, { ...ballot, value: said.value });
    case "claimed":
      return claim(situation, by);
    case "released":
      return release(situation, by);
    case "assigned":
      return assign(situation, by, said.to ?? "");
    case "delegated":
      return delegate(situation, by, said.to ?? "");
    case "asked":
      return ask(situation, actor, said.text ?? "", said.to ?? null);
    case "answered-question":
      return answerAgain(situation, actor, said);
    case "amended":
      return amend(situation, actor, said.context);
    default:
      return null;
  }
}

function answerAgain(situation: Situation, actor: string | null, { n = 0, text = "" }: Said): Move | null {
  const question = situation.progress.questions.find((one) => one.n === n);
  if (actor !== null || !question) return answer(situation, actor, n, text);
  return answered(situation, question, { by: null, text, at: situation.now, byRun: true });
}
