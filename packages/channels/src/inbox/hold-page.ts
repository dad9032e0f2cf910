import { type Hold, type HoldStanding, NotFoundError } from "@holdpoint/core";
import type { Attempt } from "../links/decision-form.ts";
import { oneLine } from "../notice/plain.ts";
import { type HoldView, holdBody } from "./hold-body.ts";
import { nextOf } from "./list.ts";
import { outcomeWord } from "./list-body.ts";
import type { ListQuery } from "./list-query.ts";
import { inboxPage, type Place } from "./shell.ts";

/** So many alike ones are counted. */
const mostAlike = 100;

/** The page of one hold, with what was sent and did not count, or what was just done. */
export async function holdPage(
  place: Place,
  query: ListQuery,
  hold: Hold,
  { attempt, done, status = 200 }: { attempt: Attempt; done: boolean; status?: number },
): Promise<Response> {
  const { engine, person } = place.visit;
  const [standing, trail, alike] = await Promise.all([
    engine.holds.standing(hold, person),
    engine.holds.trail(hold),
    hold.status === "open" ? engine.holds.similar(hold, { limit: mostAlike }) : null,
  ]);
  const others = alike?.items.filter(({ id }) => id !== hold.id).length ?? 0;
  const view: HoldView = {
    hold,
    standing,
    trail,
    alike: others,
    attempt,
    done: done ? await doneOf(place, query, hold, standing) : null,
  };
  const failed = attempt.problem !== null || attempt.issues.length > 0;
  return inboxPage(place, status, `${failed ? "Not recorded: " : ""}${hold.title}`, holdBody(place, query, view));
}

/** What has become of it, and what comes next. Told from the hold itself: the address only says that somebody has just acted. */
async function doneOf(place: Place, query: ListQuery, hold: Hold, standing: HoldStanding): Promise<HoldView["done"]> {
  const { engine, person } = place.visit;
  const [next, counts, run] = await Promise.all([
    nextOf(engine, person, query, hold.id),
    engine.holds.inboxCounts(person),
    runOf(place, hold),
  ]);
  const left = query.view === "closed" ? counts.mine : counts[query.view];
  return { said: saidOf(hold, person, standing), next, left: Math.max(left, next === null ? 0 : 1), run };
}

function saidOf(hold: Hold, person: string, { voted }: HoldStanding): string {
  if (hold.status !== "open") {
    const by = hold.decidedBy === person ? "by you" : `by ${oneLine(hold.decidedBy ?? "the deadline")}`;
    return `Recorded: ${outcomeWord(hold)} ${by}.`;
  }
  const handed = hold.progress.delegations.find(({ from }) => from === person);
  if (voted) return "Recorded. It stays open until enough people have decided.";
  return handed === undefined ? "It is open." : `Handed over to ${oneLine(handed.to)}.`;
}

/** How the run of a decided hold goes on; null while it waits for this one still. */
async function runOf({ visit }: Place, { status, runId }: Hold): Promise<string | null> {
  if (status === "open") return null;
  try {
    const run = await (await visit.engine.get(runId)).describe();
    const waits = run.status === "parked" && run.waiting !== null ? ` and waits (${run.waiting})` : "";
    return `Its run ${oneLine(runId)} is ${run.status}${waits}.`;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
