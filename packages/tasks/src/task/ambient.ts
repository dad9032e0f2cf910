import { AsyncLocalStorage } from "node:async_hooks";
import { InvalidStateError } from "@holdpoint/core";
import type { HITLStateMachine } from "./machine.ts";

const scope = new AsyncLocalStorage<HITLStateMachine>();
/** The machines of this process that are not closed, oldest first. */
const open = new Set<HITLStateMachine>();

export const enterMachine = <T>(machine: HITLStateMachine, fn: () => T): T => scope.run(machine, fn);
export const rememberMachine = (machine: HITLStateMachine): void => void open.add(machine);
export const forgetMachine = (machine: HITLStateMachine): void => void open.delete(machine);

/**
 * The machine that is meant where none is named: the one whose `run` this is inside of, else the one of the object whose method it
 * is (its `machine`), else the only one of this process.
 *
 * @throws InvalidStateError there is none, or more than one
 */
export function ambientMachine(owner: unknown): HITLStateMachine {
  const scoped = scope.getStore();
  if (scoped) return scoped;
  const owned = ownedBy(owner);
  if (owned) return owned;
  const [only, another] = open;
  if (only && !another) return only;
  const why = only ? `there are ${open.size} task machines` : "there is no task machine";
  throw new InvalidStateError(`${why}; name one with { machine }, or call inside machine.run()`);
}

function ownedBy(owner: unknown): HITLStateMachine | null {
  if (typeof owner !== "object" || owner === null || !("machine" in owner)) return null;
  const { machine } = owner;
  return [...open].find((one) => one === machine) ?? null;
}
