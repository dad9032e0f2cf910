import type { DecideOptions } from "../../engine/decide.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Hold } from "../../engine/hold-view.ts";
import { ValidationError } from "../../errors.ts";

/** A plain answer: what fits the hold's form; `{ approved: true }` for an approval. */
export type AnswerValue = string | number | boolean | null | readonly unknown[] | { readonly [field: string]: unknown };

/**
 * How a hold is answered: with a value, with `reply(value, { by, note, option })`, or with what a function makes of the hold.
 * A function that gives undefined leaves the hold open.
 */
export type Answer =
  | AnswerValue
  | Reply
  | ((hold: Hold) => AnswerValue | Reply | undefined | Promise<AnswerValue | Reply | undefined>);

/** Answers by the name of the hold. */
export type AnswerRules = Readonly<Record<string, Answer>>;

/** An answer with who gives it and what they say. Made by `reply`. */
export class Reply {
  /** The answer itself. */
  readonly value: AnswerValue;
  /** Who gives it, and what they say about it. */
  readonly options: DecideOptions;

  constructor(value: AnswerValue, options: DecideOptions) {
    this.value = value;
    this.options = options;
  }
}

/**
 * An answer in the name of somebody, with a note or one of the hold's options.
 *
 * @example
 * const engine = createTestEngine({
 *   workflows: [refund],
 *   answers: { "approve refund": reply({ approved: false }, { by: "ana", note: "too much" }) },
 * });
 */
export function reply(value: AnswerValue, options: DecideOptions): Reply {
  return new Reply(value, options);
}

/** Who answers when nobody is named: the first who may. */
const somebody = (hold: Hold): string => hold.people?.[0] ?? hold.reviewers?.stages[0]?.people[0] ?? "tester";

/** Decides a hold as `answer` says; null when it leaves it open. */
export async function answerHold(
  engine: Pick<Engine, "decide">,
  hold: Hold,
  answer: Answer,
  options: DecideOptions = {},
): Promise<Hold | null> {
  const given = typeof answer === "function" ? await answer(hold) : answer;
  if (given === undefined) return null;
  const { value, options: own } = given instanceof Reply ? given : { value: given, options: {} };
  return engine.decide(hold, value, { by: somebody(hold), ...own, ...options });
}

/** Rules by which holds are answered as they open. */
export class Answers {
  private readonly rules: ReadonlyMap<string, Answer>;
  private readonly used = new Set<string>();
  /** Holds that were answered or left open on purpose, by id and revision. */
  private readonly seen = new Set<string>();

  constructor(rules: AnswerRules = {}) {
    for (const [name, answer] of Object.entries(rules)) {
      if (answer !== undefined) continue;
      throw new ValidationError("answers", [{ path: name, message: "is undefined; give an answer or a function" }]);
    }
    this.rules = new Map(Object.entries(rules));
  }

  /** Answers what is open and has a rule; true when anything was. */
  async apply(engine: Pick<Engine, "decide" | "holds">): Promise<boolean> {
    if (this.rules.size === 0) return false;
    let any = false;
    for (let cursor: string | null = null; ; ) {
      const page = await engine.holds({ status: ["open"] }, { limit: 200, cursor });
      for (const hold of page.items) any = (await this.applyTo(engine, hold)) || any;
      cursor = page.cursor;
      if (cursor === null) return any;
    }
  }

  unused(): string[] {
    return [...this.rules.keys()].filter((name) => !this.used.has(name));
  }

  private async applyTo(engine: Pick<Engine, "decide">, hold: Hold): Promise<boolean> {
    const rule = this.rules.get(hold.name);
    const id = `${hold.id}.${hold.revision}`;
    if (rule === undefined || this.seen.has(id)) return false;
    this.used.add(hold.name);
    const decided = await answerHold(engine, hold, rule);
    this.seen.add(id);
    return decided !== null;
  }
}
