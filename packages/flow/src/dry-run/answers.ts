import { type Engine, type Hold, HoldpointError, ValidationError } from "@holdpoint/core";
import type { DryAnswer, DryReply } from "./report.ts";

/** Gives holds the answers that a dry run was given for them, each in its turn. */
export class DryAnswers {
  /** Open holds without an answer. */
  waiting: Hold[] = [];
  private readonly engine: Engine;
  private readonly answers: Readonly<Record<string, readonly DryAnswer[]>>;
  private readonly given = new Map<string, number>();
  /** The answer of each hold that is open; one that more people must decide is answered more than once. */
  private readonly turns = new Map<string, DryAnswer>();

  constructor(engine: Engine, answers: Readonly<Record<string, readonly DryAnswer[]>>) {
    this.engine = engine;
    this.answers = answers;
  }

  /** Answers what is open; true when anything was. */
  async give(): Promise<boolean> {
    const { items } = await this.engine.holds({ status: ["open"] }, { limit: 200 });
    this.waiting = [];
    let any = false;
    // The oldest first: answers are in the order in which holds open.
    for (const hold of items.toReversed()) {
      const turn = `${hold.id}.${hold.revision}.${hold.progress.votes.length}`;
      const answer = this.turns.get(turn) ?? this.next(hold.name);
      if (answer === undefined) {
        this.waiting.push(hold);
        continue;
      }
      const isNew = !this.turns.has(turn);
      this.turns.set(turn, answer);
      if (!isNew || "lapse" in answer) {
        // A hold that is left to its deadline, and has none, would wait for ever.
        if ("lapse" in answer && hold.dueAt === null) this.waiting.push(hold);
        continue;
      }
      await this.decide(hold, answer);
      any = true;
    }
    return any;
  }

  private next(name: string): DryAnswer | undefined {
    const list = Object.hasOwn(this.answers, name) ? this.answers[name] : undefined;
    const at = this.given.get(name) ?? 0;
    const answer = list?.[at];
    if (answer !== undefined) this.given.set(name, at + 1);
    return answer;
  }

  private async decide(hold: Hold, answer: DryReply): Promise<void> {
    const { value, by = somebody(hold), note } = answer;
    try {
      await this.engine.decide(hold, value, { by, ...(note === undefined ? {} : { note }) });
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
      const at = `answers.${hold.name}.${(this.given.get(hold.name) ?? 1) - 1}`;
      const issues =
        error instanceof ValidationError
          ? error.issues.map(({ path, message }) => ({ path: [at, "value", path].filter(Boolean).join("."), message }))
          : [{ path: `${at}.by`, message: error.message }];
      throw new ValidationError("the dry run", issues);
    }
  }
}

/** Who answers where nobody is named: the first who may and has not. */
function somebody({ people, reviewers, progress }: Hold): string {
  const done = new Set(progress.votes.map(({ by }) => by));
  const who = people ?? reviewers?.stages.flatMap((stage) => stage.people) ?? [];
  return who.find((one) => !done.has(one)) ?? "somebody";
}
