import { Dice } from "../dice.ts";
import type { FaultPoint } from "../faults.ts";
import { applies, type SimulatedFault, simulatedFaults, simulatedPoints } from "./coverage.ts";
import type { Mishap } from "./link.ts";
import type { SimulatedProcess } from "./process.ts";

const weights: readonly (readonly [number, SimulatedFault])[] = [
  [5, "errorBefore"],
  [5, "errorAfter"],
  [6, "delay"],
  [3, "duplicate"],
  [1, "leaseExpiry"],
  [2, "freeze"],
  [2, "crash"],
  [1, "clockJump"],
];
const mortalFaults: readonly SimulatedFault[] = ["leaseExpiry", "freeze", "crash", "clockJump"];

/** Kinds of calls that a world makes once or twice: how much likelier it is about one of them. */
const seldom: ReadonlyMap<FaultPoint, number> = new Map([
  ["commit:seal", 3],
  ["chunks", 3],
  ["runByPk", 9],
  ["cached", 3],
  ["cache", 4],
  ["retain", 3],
  ["retire", 3],
  ["erase", 3],
]);

/** What goes wrong, call by call, in one world. */
export class Mishaps {
  /** No more of them. */
  over = false;
  private readonly dice: Dice;
  private readonly rate: number;
  /** Kinds of calls that go wrong far more often in this world, so that rare kinds are hit too. */
  readonly focus: ReadonlySet<FaultPoint>;

  constructor(seed: string | number) {
    this.dice = new Dice(seed, "mishaps");
    this.rate = this.dice.pick([0.01, 0.03, 0.06]);
    const weighed = simulatedPoints.map((point) => [seldom.get(point) ?? 1, point] as const);
    this.focus = new Set([this.dice.weighted(weighed), this.dice.weighted(weighed)]);
  }

  decide(points: readonly FaultPoint[], process: SimulatedProcess): Mishap | null {
    if (this.over || process.actor.gone) return null;
    const focused = points.some((point) => this.focus.has(point));
    if (!this.dice.chance(focused ? 0.35 : this.rate)) return null;
    const fault = focused ? this.dice.pick(simulatedFaults) : this.dice.weighted(weights);
    const late = this.dice.chance(0.5);
    if (mortalFaults.includes(fault) && !process.mortal) return null;
    if (!points.some((point) => applies(point, fault))) return null;
    return { fault, late, ms: this.dice.pick([10, 50, 300, 1200]) };
  }
}
