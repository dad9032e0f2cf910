import { setTimeout as sleep } from "node:timers/promises";
import type { RunHandle, StepInfo } from "@holdpoint/core";

/** What a running call of a model shows of its answer: `value` of the step's entry in `run.progress()`. */
export interface AnswerProgress {
  readonly type: "ai.answer";
  /** All of it so far. */
  readonly text: string;
  /** What it thought so far, where its provider shows it. */
  readonly reasoning: string;
}

/** Puts the pieces of an answer together and shows it as it grows. */
export class GrowingText {
  readonly #info: Pick<StepInfo, "progress">;
  #text = "";
  #reasoning = "";

  constructor(info: Pick<StepInfo, "progress">) {
    this.#info = info;
  }

  add(kind: "text" | "reasoning", delta: string): void {
    if (kind === "text") this.#text += delta;
    else this.#reasoning += delta;
    const shown: AnswerProgress = { type: "ai.answer", text: this.#text, reasoning: this.#reasoning };
    this.#info.progress(shown);
  }
}

/** A piece of an answer on its way, as somebody in another process sees it. */
export interface LiveAnswer {
  /** The step's key: which call of which agent. */
  readonly key: string;
  /** The step's name. */
  readonly step: string;
  /** From 1; a later attempt begins anew. */
  readonly attempt: number;
  /** What is new of the text. */
  readonly delta: string;
  /** All of the text so far. */
  readonly text: string;
}

/**
 * Follows the answers of a run's models as they grow, from any process that has the run's store, until the run is over. Needs `live: true`
 * where the model is asked. Pieces come together, some four times a second; the end of an answer is in the record (`agent.text` of
 * `run.stream()`, the run's result), not here.
 *
 * @example
 * for await (const { delta } of liveAnswers(await engine.get("r1"))) process.stdout.write(delta);
 */
export async function* liveAnswers(
  run: Pick<RunHandle, "progress" | "status">,
  options: { everyMs?: number; signal?: AbortSignal } = {},
): AsyncGenerator<LiveAnswer> {
  const { everyMs = 250, signal } = options;
  const seen = new Map<string, { attempt: number; text: string }>();
  while (!signal?.aborted) {
    for (const { key, name, attempt, value } of await run.progress()) {
      const { type, text } = value as AnswerProgress;
      if (type !== "ai.answer") continue;
      const before = seen.get(key);
      const known = before?.attempt === attempt && text.startsWith(before.text) ? before.text.length : 0;
      seen.set(key, { attempt, text });
      if (text.length > known) yield { key, step: name, attempt, delta: text.slice(known), text };
    }
    if (over.has(await run.status())) return;
    await sleep(everyMs, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

const over: ReadonlySet<string> = new Set(["completed", "failed", "cancelled", "diverged"]);
