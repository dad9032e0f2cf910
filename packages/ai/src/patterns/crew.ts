import { ValidationError } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { aboutCrew } from "./about.ts";
import { hierarchical, parallel, sequential, supervised } from "./crew-processes.ts";
import type { Limits } from "./input.ts";
import { introduced, type Member } from "./member.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, settled } from "./settle.ts";
import { countOf, Voice } from "./voice.ts";

/** Names of a crew's own model calls. */
export type CrewSteps = "work" | "assign" | "supervise" | "review" | "conclude";

/** What `crew` may be told. */
export interface CrewOptions extends PatternOptions<CrewSteps> {
  /** Who works. Their names are the steps' names, their descriptions what they are chosen by. */
  members: readonly Member[];
  /**
   * How they work together: one after the other, all at once, by a supervisor who says who is next, or by a manager who gives out tasks and
   * reviews what comes of them.
   */
  process: "sequential" | "parallel" | "supervisor" | "hierarchical";
  /** How often a supervisor chooses, or a manager gives out tasks, at most. Default 10 and 3. */
  rounds?: number;
}

/** What a member wrote on the board that all of them see. */
export interface Contribution {
  readonly member: string;
  /** What it was told to do; null for the task itself. */
  readonly task: string | null;
  readonly text: string;
}

/** What came of it. */
export interface CrewResult extends PatternResult<string> {
  /** The shared state: all that was contributed, in order. */
  readonly board: readonly Contribution[];
}

/** What a crew's nodes hand on. */
export interface CrewState {
  readonly asked: PatternInput;
  readonly board: readonly Contribution[];
}

const prompts: Readonly<Record<CrewSteps, string>> = {
  work: "The crew's task:\n{task}\n\nWhat the others contributed:\n{board}\n\nYour part, as {member}: {part}",
  assign:
    "You manage a crew.\n\nIts task:\n{task}\n\nIts members:\n{members}\n\nContributed so far:\n{board}\n\nWhat is wrong with it: {problems}\n\nGive out tasks: each names a member and says what to do.",
  supervise:
    "You supervise a crew.\n\nIts task:\n{task}\n\nIts members:\n{members}\n\nContributed so far:\n{board}\n\nWho is next, and what should they do? Say finish when the task is done.",
  review:
    "You manage a crew.\n\nIts task:\n{task}\n\nContributed:\n{board}\n\nIs the task done well? If not, list the problems.",
  conclude:
    "The task:\n{task}\n\nContributed:\n{board}\n\nGive the answer from what was contributed, and how sure you are (0 to 1).",
};

/**
 * Several agents at one task, with a board that all of them see. A member may be a crew itself, as a run of its own. A supervisor who never
 * says that the task is done is `no-answer`, work that the manager never approves `not-approved`.
 *
 * @example
 * const research = crew({ name: "research", process: "supervisor", members: [searcher, analyst, writer] });
 *
 * @throws ValidationError an option makes no sense
 */
export function crew(options: CrewOptions): Flow<PatternInput, CrewResult> {
  const { name, members, process } = options;
  const names = (members ?? []).map((member) => member.name);
  const refuse = (path: string, message: string): never => {
    throw new ValidationError(`pattern "${name}"`, [{ path, message }]);
  };
  if (names.length === 0) refuse("members", "needs one member at least");
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) refuse("members", `has two members named "${twice}"`);
  const reserved = names.find((one) => one in prompts || one === "finish" || one.includes("."));
  if (reserved !== undefined)
    refuse("members", `"${reserved}" is no name for a member: a step has it, or it has a dot`);
  const rounds = countOf(name, "rounds", options.rounds ?? (process === "supervisor" ? 10 : 3));
  const limits: Limits = process === "supervisor" || process === "hierarchical" ? { rounds: { most: rounds } } : {};
  const made = { members, names, rounds, voice: new Voice(options, prompts, limits), list: members.map(introduced) };
  const build = { sequential, parallel, supervisor: supervised, hierarchical }[process];
  if (!build) refuse("process", `"${process}" must be sequential, parallel, supervisor or hierarchical`);
  const start = begin(options, aboutCrew(names, process), made.voice).map((asked): CrewState => ({ asked, board: [] }));
  return settled(build(start as never, made) as never, options as never) as never;
}
