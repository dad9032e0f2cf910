import { type Issue, ValidationError } from "@holdpoint/core";
import type { EventSchemas, StateDefinition, StateMachine } from "./definition.ts";

/**
 * Defines a durable state machine: what states there are, which events lead where, who is asked on the way. An instance of it is a
 * run: it survives crashes, works from several processes, and every transition is recorded with who did it.
 *
 * `context<C>()` says what an instance carries, as a type.
 *
 * @example
 * const door = stateMachine({
 *   name: "door",
 *   context: context<{ opened: number }>(),
 *   events: { open: z.object({ key: z.string() }), close: z.undefined() },
 *   initial: "closed",
 *   states: {
 *     closed: {
 *       on: {
 *         open: {
 *           to: "open",
 *           guard: ({ event }) => event.data.key === "brass" || "that key does not fit",
 *           update: ({ context }) => ({ opened: context.opened + 1 }),
 *         },
 *       },
 *     },
 *     open: { on: { close: "closed" } },
 *   },
 * });
 *
 * @throws ValidationError a state that a transition leads to does not exist, or a state is both final and not
 */
export function stateMachine<const State extends string, Context, E extends EventSchemas>(given: {
  /** Names the workflow of its instances. */
  name: string;
  /** Default 1. Raise it when live instances would notice the change. */
  version?: number;
  /** The type of what an instance carries. */
  context: ContextType<Context>;
  /** What each event carries. */
  events: E;
  /** Where an instance begins. */
  initial: NoInfer<State>;
  /** The states by name. */
  states: Readonly<Record<State, StateDefinition<NoInfer<State>, Context, E>>>;
}): StateMachine<State, Context, E> {
  const { name, version = 1, initial, events, states } = given;
  const issues = problems(given);
  if (issues.length > 0) throw new ValidationError(`state machine "${name}"`, issues);
  return Object.freeze({ name, version, initial, events, states });
}

/** Carries a type and nothing else. */
export interface ContextType<Context> {
  /** Only for inference; never set. */
  readonly "~context"?: Context;
}

/** Says what an instance carries: `context<{ opened: number }>()`. It must be something that can be stored. */
export const context = <Context>(): ContextType<Context> => ({});

function problems(given: { initial: string; events: object; states: object }): Issue[] {
  const issues: Issue[] = [];
  const states = given.states as Record<string, StateDefinition<string, unknown, EventSchemas>>;
  const names = new Set(Object.keys(states));
  const lead = (path: string, target: string | { to: string } | undefined): void => {
    const to = typeof target === "string" ? target : target?.to;
    if (to !== undefined && !names.has(to))
      issues.push({ path, message: `leads to "${to}", which is no state; there are ${[...names].join(", ")}` });
  };
  lead("initial", given.initial);
  for (const [name, state] of Object.entries(states)) {
    for (const [event, target] of Object.entries(state.on ?? {})) {
      if (!(event in given.events))
        issues.push({ path: `states.${name}.on.${event}`, message: "is no event of this machine" });
      lead(`states.${name}.on.${event}`, target);
    }
    for (const [outcome, target] of Object.entries(state.decided ?? {}))
      lead(`states.${name}.decided.${outcome}`, target);
    if ((state.hold === undefined) !== (state.decided === undefined))
      issues.push({ path: `states.${name}`, message: "hold and decided belong together" });
    if (state.final !== undefined && (state.on || state.hold || state.exit))
      issues.push({
        path: `states.${name}.final`,
        message: "a final state takes no events, asks nobody and is not left",
      });
  }
  return issues;
}
