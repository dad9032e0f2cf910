import { HoldpointError, ValidationError } from "../errors.ts";
import type { Chunk, Debounced, NewRun, StoredPayload } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { durationMs } from "../workflow/duration.ts";
import { bornRun } from "./born-run.ts";
import { type LineOfRun, lineOf } from "./line-of-run.ts";
import type { EngineParts } from "./parts.ts";
import { newRunId } from "./run-id.ts";
import type { DebounceOptions, RunOptions } from "./run-options.ts";

/** Checked where it is given, so that a slip is no endless wait. */
function checked({ key, window, maxWait, input = "last" }: DebounceOptions, options: RunOptions) {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError("debounce", [{ path, message }]);
  };
  if (typeof key !== "string" || key.length < 1 || key.length > 256 || /\p{Cc}/u.test(key))
    wrong("key", "must be 1 to 256 characters without control characters");
  const windowMs = durationMs(window, "debounce.window");
  const maxWaitMs = maxWait === undefined ? Number.POSITIVE_INFINITY : durationMs(maxWait, "debounce.maxWait");
  if (!(windowMs >= 1)) wrong("window", "must be longer than nothing");
  if (maxWaitMs < windowMs) wrong("maxWait", "must not be shorter than the window");
  if (input !== "last" && input !== "first") wrong("input", `"${input}" must be "last" or "first"`);
  for (const name of ["id", "delay", "startAt", "tx"] as const)
    if (name in options && options[name as keyof RunOptions] !== undefined)
      wrong(name, "and debounce cannot both be given");
  return { key, windowMs, maxWaitMs, keepsInput: input === "first" };
}

/** Starts a run that waits for its window, or takes the place of the start that waits. */
export async function startDebounced(
  parts: EngineParts,
  workflow: AnyWorkflow,
  made: { payload: StoredPayload | null; chunks: Chunk[] },
  options: RunOptions & { debounce: DebounceOptions; line?: LineOfRun },
): Promise<{ id: string; created: boolean }> {
  const { store, namespace, clock, committer } = parts;
  const { key, windowMs, maxWaitMs, keepsInput } = checked(options.debounce, options);
  for (;;) {
    const found = await store.debounced(namespace, workflow.name, key);
    const now = clock.now();
    const firstAt = found?.firstAt ?? now;
    const startAt = new Date(Math.max(now, Math.min(now + windowMs, firstAt + maxWaitMs)));
    const input = found && keepsInput ? await inputOf(parts, found) : made;
    // It was begun meanwhile, or erased.
    if (input === null) continue;
    const id = found?.run.id ?? newRunId(now);
    const run: NewRun = bornRun(parts, workflow, { ...input, id, options: { ...options, startAt } });
    const replaces = found && { pk: found.run.pk, head: found.run.head };
    const result = await committer.submit({
      type: "start",
      run,
      signal: null,
      debounce: { key, replaces, firstAt },
      line: lineOf(parts, run, options),
    });
    if (result.type === "refused") throw new HoldpointError("STORE", `run ${id} was not taken: ${result.reason}`);
    if (result.run !== null) return { id, created: result.created };
  }
}

/** The input that the waiting run has, as it is stored; its chunks are there already. */
async function inputOf({ store, namespace }: EngineParts, { run }: Debounced) {
  const [history] = await store.history(namespace, [{ pk: run.pk, after: 0 }]);
  const first = history?.entries[0];
  return first === undefined ? null : { payload: first.payload, chunks: [], startedWith: run.inputDigest };
}
