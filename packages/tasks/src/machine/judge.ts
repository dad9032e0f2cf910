import { type Issue, type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import type { EventSchemas, MachineEvent, StateMachine, Transition } from "./definition.ts";

/** A machine of whatever states and events, as the interpreter and the client see it. */
export type AnyMachine = StateMachine<string, unknown, EventSchemas>;

/** What becomes of an event: where it leads with what context, or why it is refused. */
export type Verdict = { to: string; context: unknown } | { refused: true; reason: string | null };

/**
 * Decides an event against a state: pure, so that the sender, the run and its replay come to the same.
 */
export function judge(
  machine: AnyMachine,
  state: string,
  moment: { id: string; context: unknown; event: MachineEvent },
): Verdict {
  const here = machine.states[state];
  const decided = moment.event.decision !== null || moment.event.name === "expired" ? here?.decided : undefined;
  const target = decided
    ? decided[moment.event.name as "approved" | "rejected" | "expired"]
    : Object.hasOwn(here?.on ?? {}, moment.event.name)
      ? here?.on?.[moment.event.name]
      : undefined;
  if (target === undefined) return { refused: true, reason: null };
  const transition: Transition<string, unknown> = typeof target === "string" ? { to: target } : target;
  const allowed = transition.guard?.(moment) ?? true;
  if (allowed !== true) return { refused: true, reason: typeof allowed === "string" ? allowed : "its guard says no" };
  return { to: transition.to, context: transition.update ? transition.update(moment) : moment.context };
}

/** The events a state takes, for the sentence that refuses another. */
export function allowedIn(machine: AnyMachine, state: string): string[] {
  const here = machine.states[state];
  return [...Object.keys(here?.decided ?? {}), ...Object.keys(here?.on ?? {})];
}

/** Checks what an event carries. Throws `ValidationError` naming the event and the field. */
export function checkData(machine: AnyMachine, name: string, data: unknown): unknown {
  const schema: StandardSchemaV1 | undefined = Object.hasOwn(machine.events, name) ? machine.events[name] : undefined;
  const subject = `event "${name}"`;
  if (!schema) {
    const known = Object.keys(machine.events).join(", ");
    throw new ValidationError(subject, [{ path: "", message: `is no event of "${machine.name}"; there are ${known}` }]);
  }
  const result = schema["~standard"].validate(data);
  if (result instanceof Promise)
    throw new ValidationError(subject, [
      { path: "", message: "has a schema that checks asynchronously; use one that does not" },
    ]);
  if (!result.issues) return result.value;
  const issues: Issue[] = result.issues.map(({ path, message }) => ({
    path: (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }));
  throw new ValidationError(subject, issues);
}
