import { StepFailedError, type WorkflowContext } from "@holdpoint/core";
import { endsRun, GuardrailError } from "../errors.ts";
import { modelStep } from "../step/model-step.ts";
import { askPerson } from "./ask-person.ts";
import { GuardrailFailure } from "./guardrail-failure.ts";
import type { Guardrails } from "./guardrails.ts";
import { textOfValue } from "./leaves.ts";
import type { Rail, RailPlace, RailVerdict } from "./rail.ts";
import {
  type Checked,
  failedVerdict,
  type RailsOutcome,
  type RecordedVerdict,
  recordOf,
  runRails,
  sound,
} from "./run-rails.ts";
import { vaultOf } from "./vault.ts";

/** What came of a check: what goes on, or why nothing does. */
export type Passage =
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly modified: boolean;
      readonly verdicts: readonly RecordedVerdict[];
    }
  | {
      readonly ok: false;
      readonly rail: string;
      readonly reason: string;
      readonly verdicts: readonly RecordedVerdict[];
    };

/** Who is asked about, for events and holds. */
export interface GuardFacts {
  /** The agent or the step. */
  readonly caller: string;
  readonly tool?: string;
}

/** What a check adds to the run's stream, where a rail did not simply allow. */
export interface GuardrailEvent {
  readonly type: "guardrail";
  readonly place: RailPlace;
  readonly caller: string;
  readonly tool?: string;
  readonly rail: string;
  readonly action: "modify" | "block" | "hold";
  readonly reason: string;
}

/**
 * Sends a value by the rails of a place. The functions among them are one recorded step (`guard PLACE`), each question to a model is
 * one of its own, and a hold waits for a person: whose answer goes by the rails that are left.
 */
export async function pass(
  ctx: WorkflowContext,
  guard: Guardrails,
  place: RailPlace,
  value: unknown,
  facts: GuardFacts,
): Promise<Passage> {
  const rails = guard.at(place);
  const verdicts: RecordedVerdict[] = [];
  const { caller, tool } = facts;
  let current = value;
  let modified = false;
  for (let from = 0; from < rails.length; ) {
    const checked: Checked = { value: current, place, ...(tool !== undefined && { tool }) };
    const { outcome, next } = await advance(ctx, guard, rails, from, checked);
    verdicts.push(...outcome.verdicts);
    if (outcome.modified) {
      current = outcome.value;
      modified = true;
    }
    for (const verdict of outcome.verdicts) tell(ctx, facts, place, verdict);
    from = next;
    const stop = outcome.stopped?.verdict;
    if (!stop) continue;
    const reason = stop.reason ?? "It did not say why.";
    if (stop.action === "block") return { ok: false, rail: stop.rail, reason, verdicts };
    const answer = await askPerson(ctx, guard, {
      caller,
      place,
      value: current,
      verdict: stop,
      ...(tool !== undefined && { tool }),
    });
    if (answer.decision === "block") return { ok: false, rail: stop.rail, reason: answer.reason, verdicts };
    if (answer.decision === "edit") {
      current = answer.value;
      modified = true;
    }
  }
  return { ok: true, value: current, modified, verdicts };
}

/**
 * The same, where a block ends it.
 *
 * @throws GuardrailError a rail or a person blocked it
 */
export async function passOrThrow(
  ctx: WorkflowContext,
  guard: Guardrails,
  place: RailPlace,
  value: unknown,
  facts: GuardFacts,
): Promise<{ value: unknown; modified: boolean }> {
  const passage = await pass(ctx, guard, place, value, facts);
  if (passage.ok) return passage;
  throw new GuardrailError(facts.caller, { place, rail: passage.rail, reason: passage.reason });
}

/** One stretch of rails: those up to the next question to a model, or that question. */
async function advance(
  ctx: WorkflowContext,
  guard: Guardrails,
  rails: readonly Rail[],
  from: number,
  checked: Checked,
): Promise<{ outcome: RailsOutcome; next: number }> {
  const rail = rails[from] as Rail;
  const { onFailure = "block", retry, timeout = "1m" } = guard;
  try {
    if (rail.ask) return { outcome: await ask(ctx, rail, checked, from), next: from + 1 };
    const vault = vaultOf(ctx);
    const outcome = await ctx.step(
      `guard ${checked.place}`,
      ({ signal, attempt }) => {
        const last = attempt >= (retry?.attempts ?? 1);
        return runRails({ rails, from, vault, signal, ...(last && { onFailure }) }, checked);
      },
      { timeout, ...(retry && { retry }) },
    );
    vault.add(outcome.entries);
    const ended = rails.findIndex((one, at) => at >= from && one.ask !== undefined);
    return { outcome, next: outcome.stopped ? outcome.stopped.at + 1 : ended < 0 ? rails.length : ended };
  } catch (error) {
    // What ends the run is no fault of the rail.
    if (endsRun(error)) throw error;
    // Of a stretch that was cut off nobody knows how far it came: only a question to a model can be left to a person.
    const verdict = failedVerdict(new GuardrailFailure(rail.name, causeOf(error)), rail.ask ? onFailure : "block");
    return {
      outcome: { modified: false, verdicts: [verdict], entries: [], stopped: { at: from, verdict } },
      next: from + 1,
    };
  }
}

/** A rail that asks a model: its call is recorded and counted, and its answer read anew in a replay. */
async function ask(ctx: WorkflowContext, rail: Rail, checked: Checked, at: number): Promise<RailsOutcome> {
  const question = rail.ask as NonNullable<Rail["ask"]>;
  const { value, place, tool } = checked;
  const content = { value, text: textOfValue(value), place, path: "", ...(tool !== undefined && { tool }) };
  const { model, request, verdict: read } = question;
  const { response } = await modelStep(
    ctx,
    `rail ${rail.name}`,
    request(content),
    model === undefined ? {} : { model },
  );
  const verdict: RailVerdict = sound(read(response, content), place);
  const record = recordOf(rail.name, verdict, "");
  const stops = verdict.action === "block" || verdict.action === "hold";
  const modified = verdict.action === "modify";
  return {
    ...(verdict.action === "modify" && { value: verdict.value }),
    modified,
    verdicts: [record],
    entries: [],
    stopped: stops ? { at, verdict: record } : null,
  };
}

const causeOf = (error: unknown): unknown =>
  error instanceof StepFailedError && error.cause !== undefined ? error.cause : error;

function tell(ctx: WorkflowContext, { caller, tool }: GuardFacts, place: RailPlace, verdict: RecordedVerdict): void {
  const { rail, action, reason = "" } = verdict;
  if (action === "allow") return;
  const event: GuardrailEvent = {
    type: "guardrail",
    place,
    caller,
    ...(tool !== undefined && { tool }),
    rail,
    action,
    reason,
  };
  ctx.emit(event);
}
