import type { WorkflowContext } from "@holdpoint/core";
import type { Chain } from "@holdpoint/flow";
import type { Contribution, CrewResult, CrewState, CrewSteps } from "./crew.ts";
import { beforeStep } from "./input.ts";
import { type Member, workOf } from "./member.ts";
import { proposed } from "./settle.ts";
import { fieldsOf, flag, fraction, listOf, words } from "./shape.ts";
import type { Voice } from "./voice.ts";

/** What a process is made of. */
export interface Crew {
  readonly members: readonly Member[];
  readonly names: readonly string[];
  /** Their introductions. */
  readonly list: readonly string[];
  readonly rounds: number;
  readonly voice: Voice<CrewSteps>;
}

// biome-ignore lint/suspicious/noExplicitAny: what came before does not matter to a process
type Of<Value> = Chain<any, Value, any, never>;
type Ended = Of<CrewResult>;

const lines = (board: readonly Contribution[]): string[] => board.map(({ member, text }) => `${member}: ${text}`);

/** One member's part, with what is on the board. */
async function contribution(
  ctx: WorkflowContext,
  { voice }: Crew,
  { asked, board }: CrewState,
  member: Member,
  task: string | null,
): Promise<Contribution> {
  await beforeStep(ctx, member.name, asked);
  const values = { member: member.name, board: lines(board), part: task ?? "do what you are for" };
  return { member: member.name, task, text: await workOf(ctx, member, voice.prompt("work", asked, values)) };
}

const added = (state: CrewState, more: readonly Contribution[]): CrewState => ({
  ...state,
  board: [...state.board, ...more],
});

/** One after the other; what the last one says is the answer. */
export function sequential(start: Of<CrewState>, crew: Crew): Ended {
  let chain = start;
  for (const member of crew.members) {
    chain = chain.call(member.name, async (ctx: WorkflowContext, state: CrewState) =>
      added(state, [await contribution(ctx, crew, state, member, null)]),
    ) as Of<CrewState>;
  }
  return chain.map(({ board }): CrewResult => ({ ...proposed(board.at(-1)?.text ?? null, null), board })) as Ended;
}

/** All at once, none knowing of the others, and then the answer of all. */
export function parallel(start: Of<CrewState>, crew: Crew): Ended {
  const branches = Object.fromEntries(
    crew.members.map((member) => [
      member.name,
      (one: Of<CrewState>) =>
        one.call(member.name, async (ctx: WorkflowContext, state: CrewState) => ({
          state,
          given: await contribution(ctx, crew, state, member, null),
        })),
    ]),
  );
  const together = start
    .parallel(branches as never, { name: "members" } as never)
    .map((given: Readonly<Record<string, { state: CrewState; given: Contribution }>>) => {
      const all = Object.values(given);
      const { state } = all[0] as (typeof all)[number];
      return added(
        state,
        all.map((one) => one.given),
      );
    });
  return concluded(together as Of<CrewState>, crew);
}

interface Supervised extends CrewState {
  readonly next: string;
  readonly part: string;
  readonly turn: number;
}

/** A supervisor says who is next, until the task is done. */
export function supervised(start: Of<CrewState>, crew: Crew): Ended {
  const { names, list, rounds, voice } = crew;
  const cases = crew.members.map((member) => [
    // The last choice is only listened to when it is to finish.
    ({ asked, next, turn }: Supervised) => next === member.name && turn <= voice.limit("rounds", asked),
    (one: Of<Supervised>) =>
      one.call(member.name, async (ctx: WorkflowContext, state: Supervised) => ({
        ...state,
        ...added(state, [await contribution(ctx, crew, state, member, state.part)]),
      })),
  ]);
  const done = start
    .map((state): Supervised => ({ ...state, next: "", part: "", turn: 0 }))
    .doUntil(
      ((turn: Of<Supervised>) =>
        turn
          .call("supervise", async (ctx: WorkflowContext, state: Supervised): Promise<Supervised> => {
            const fields = { next: { type: "string", enum: [...names, "finish"] }, part: words };
            const values = { members: list, board: lines(state.board) };
            const given = await voice.ask<{ next: string; part: string }>(
              ...([ctx, "supervise", state.asked, values, fields] as const),
            );
            return { ...state, ...given, turn: state.turn + 1 };
          })
          .branch(cases as never, { name: "who is next" })) as never,
      (({ asked, next, turn }: Supervised) => next === "finish" || turn > voice.limit("rounds", asked)) as never,
      { name: "until finished", maxIterations: rounds + 1 },
    );
  return concluded(done as Of<CrewState>, crew, ({ next }) =>
    (next as unknown) === "finish" ? null : ("no-answer" as const),
  );
}

interface Managed extends CrewState {
  readonly approved: boolean;
  readonly problems: readonly string[];
  readonly turn: number;
}

/** A manager gives out tasks, all of which are done at once, and reviews what comes of them. */
export function hierarchical(start: Of<CrewState>, crew: Crew): Ended {
  const { members, names, list, rounds, voice } = crew;
  interface Part {
    readonly state: Managed;
    readonly member: string;
    readonly task: string;
  }
  const cases = members.map((member) => [
    (part: Part) => part.member === member.name,
    (one: Of<Part>) =>
      one.call(member.name, async (ctx: WorkflowContext, { state, task }: Part) => ({
        state,
        given: await contribution(ctx, crew, state, member, task),
      })),
  ]);
  const turnOf = (turn: Of<Managed>) =>
    turn
      .call("assign", async (ctx: WorkflowContext, state: Managed): Promise<Part[]> => {
        const one = fieldsOf({ member: { type: "string", enum: names }, task: words });
        const values = { members: list, board: lines(state.board), problems: state.problems };
        const { tasks } = await voice.ask<{ tasks: { member: string; task: string }[] }>(
          ...([ctx, "assign", state.asked, values, { tasks: { ...listOf(one), minItems: 1 } }] as const),
        );
        return tasks.map((given) => ({ ...given, state }));
      })
      .foreach(
        (parts: readonly Part[]) => parts,
        ((part: Of<Part>) => part.branch(cases as never, { name: "who does it" })) as never,
        { name: "tasks" },
      )
      .call("review", async (ctx: WorkflowContext, given: unknown): Promise<Managed> => {
        const parts = given as readonly { state: Managed; given: Contribution }[];
        const { state } = parts[0] as (typeof parts)[number];
        const board = added(
          state,
          parts.map((one) => one.given),
        ).board;
        const fields = { approved: flag, problems: listOf(words) };
        const review = await voice.ask<{ approved: boolean; problems: string[] }>(
          ...([ctx, "review", state.asked, { board: lines(board) }, fields] as const),
        );
        return { ...state, ...review, board, turn: state.turn + 1 };
      });
  const done = start
    .map((state): Managed => ({ ...state, approved: false, problems: [], turn: 0 }))
    .doUntil(
      turnOf as never,
      (({ asked, approved, turn }: Managed) => approved || turn >= voice.limit("rounds", asked)) as never,
      {
        name: "until approved",
        maxIterations: rounds,
      },
    );
  return concluded(done as Of<CrewState>, crew, ({ approved }) => (approved ? null : ("not-approved" as const)));
}

/** The answer from what is on the board; none where the crew was not done. */
function concluded(
  chain: Of<CrewState>,
  { voice }: Crew,
  undone: (state: CrewState & Record<string, unknown>) => "no-answer" | "not-approved" | null = () => null,
): Ended {
  return chain.call("conclude", async (ctx: WorkflowContext, state: CrewState): Promise<CrewResult> => {
    const { asked, board } = state;
    const why = undone(state as CrewState & Record<string, unknown>);
    if (why) return { ...proposed<string>(null, null, why), board };
    const fields = { answer: words, confidence: fraction };
    const given = await voice.ask<{ answer: string; confidence: number }>(
      ...([ctx, "conclude", asked, { board: lines(board) }, fields] as const),
    );
    return { ...proposed(given.answer, given.confidence), board };
  }) as Ended;
}
