import { createHook } from "node:async_hooks";
import { resourceType } from "../scope.ts";
import { placeOf } from "./place.ts";

export interface ResourceMemory {
  placeFor(run: object): string | null;
  stop(): void;
}

/** What comes with every await, and the engine's own. */
const unasked = new Set(["PROMISE", "TickObject", "Microtask", resourceType]);

/** How many stacks are kept of a run: the newest may be the engine's own. */
const kept = 8;

/**
 * Remembers where workflow code last created something asynchronous that is not a promise (a file read, a socket
 * write, a name look-up): when the run then waits with nothing recorded, that is most likely what it waits for.
 *
 * For development only: 2 µs for each such resource. Promises are not tracked where Node can leave
 * them out (`trackPromises`, Node 24.12): no cost per await there, 70 ns elsewhere.
 */
export function rememberResources(inWorkflow: () => object | undefined): ResourceMemory {
  const stacks = new WeakMap<object, { stack?: string }[]>();
  const options = {
    init(_id: number, type: string): void {
      if (unasked.has(type)) return;
      const run = inWorkflow();
      if (run === undefined) return;
      const holder: { stack?: string } = {};
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 40;
      Error.captureStackTrace(holder, options.init);
      Error.stackTraceLimit = limit;
      const list = stacks.get(run);
      if (!list) stacks.set(run, [holder]);
      else if (list.push(holder) > kept) list.shift();
    },
    trackPromises: false,
  };
  const hook = createHook(options).enable();
  return {
    placeFor(run) {
      const list = stacks.get(run) ?? [];
      for (let index = list.length - 1; index >= 0; index--) {
        const place = placeOf(list[index]?.stack ?? "");
        if (place !== null) return place;
      }
      return null;
    },
    stop: () => void hook.disable(),
  };
}
