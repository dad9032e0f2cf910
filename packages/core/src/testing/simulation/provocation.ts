import type { Operation, RunPk } from "../../store/store.ts";
import { Dice } from "../dice.ts";

/** A hold that is about to be closed, by its id or by its run and key. */
export type Prey = { id: string } | { pk: RunPk; key: string };

/**
 * Looks for moments that chance alone brings about too rarely: a hold is about to be closed, by its deadline or because its
 * branch has lost. The closing write is then held up for a moment, in which somebody answers.
 */
export class Provocation {
  /** Has somebody answer at once. */
  answer: (prey: Prey) => void = () => {};
  private readonly dice: Dice;

  constructor(seed: string | number) {
    this.dice = new Dice(seed, "provocation");
  }

  /** How long these operations are held up on their way, in ms. */
  holdUp(operations: readonly Operation[]): number {
    const prey = operations.flatMap((operation): Prey[] => {
      if (operation.type === "hold" && operation.events[0]?.channel === "deadline") return [{ id: operation.holdId }];
      if (operation.type !== "advance" || operation.then.type !== "continue") return [];
      return operation.closeHolds.map(({ key }) => ({ pk: operation.pk, key }));
    });
    if (prey.length === 0 || !this.dice.chance(0.4)) return 0;
    for (const one of prey) this.answer(one);
    return this.dice.between(10, 40);
  }
}
