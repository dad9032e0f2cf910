import type { Operation } from "../../store/store.ts";
import type { FaultPoint } from "../faults.ts";
import { isWriting, type StoreMethod } from "../store-calls.ts";

/** What can go wrong with a call of a simulated process, or happen to the process in the middle of it. */
export const simulatedFaults = [
  "errorBefore",
  "errorAfter",
  "delay",
  "duplicate",
  "leaseExpiry",
  "freeze",
  "crash",
  "clockJump",
] as const;
export type SimulatedFault = (typeof simulatedFaults)[number];

/** Situations that are rare by chance and must be met often. */
export const rareStates = [
  "early mail",
  "fenced append",
  "ambiguous commit found committed",
  "stale cached coroutine",
  "decision against deadline",
  "loser's hold decided",
  "takeover of a frozen worker",
  "fifty deciders",
  "votes collide",
  "veto",
  "vote after an escalation",
] as const;
export type RareState = (typeof rareStates)[number];

const operations = [
  "start",
  "advance",
  "deliver",
  "hold",
  "seal",
  "label",
  "putRecord",
  "dropRecord",
  "log",
] as const satisfies Operation["type"][];
/** What the engine asks of a store; `labels` and `sizes` are for other rooms, `holdByKey` for new versions. */
const methods = [
  "claim",
  "history",
  "unread",
  "chunks",
  "register",
  "renew",
  "retire",
  "takeOver",
  "workers",
  "run",
  "runByPk",
  "generations",
  "tombstone",
  "runs",
  "children",
  "stream",
  "hold",
  "holds",
  "holdEvents",
  "changes",
  "dueHolds",
  "nextHoldAt",
  "cached",
  "cache",
  "record",
  "records",
  "sweep",
  "logLines",
  "retain",
  "erase",
] as const satisfies Exclude<StoreMethod, "commit">[];
export const simulatedPoints: readonly FaultPoint[] = [
  ...operations.map((type) => `commit:${type}` as const),
  ...methods,
];

/** Whether a fault makes sense there: only what writes can go wrong after it happened, or twice. */
export function applies(point: FaultPoint, fault: SimulatedFault): boolean {
  if (fault !== "errorAfter" && fault !== "duplicate") return true;
  return point.startsWith("commit:") || isWriting(point as StoreMethod);
}

/** How often each fault hit each kind of call, and each rare state was met. */
export class Coverage {
  readonly calls = new Map<string, number>();
  readonly cells = new Map<string, number>();
  readonly rare = new Map<string, number>();
  storeCalls = 0;
  /** The fewest store calls of any world. */
  fewestCalls = Number.POSITIVE_INFINITY;
  worlds = 0;

  called(points: readonly FaultPoint[]): void {
    this.storeCalls++;
    for (const point of points) add(this.calls, point, 1);
  }

  hit(points: readonly FaultPoint[], fault: SimulatedFault): void {
    for (const point of points) if (applies(point, fault)) add(this.cells, `${point} × ${fault}`, 1);
  }

  met(state: RareState): void {
    add(this.rare, state, 1);
  }

  /** Adds what other worlds covered: a `Coverage`, or what became of one in JSON. */
  add(other: CoverageCounts): void {
    for (const name of ["calls", "cells", "rare"] as const) {
      for (const [key, count] of Object.entries(other[name])) add(this[name], key, count);
    }
    this.storeCalls += other.storeCalls;
    this.worlds += other.worlds;
    this.fewestCalls = Math.min(this.fewestCalls, other.fewestCalls);
  }

  toJSON(): CoverageCounts {
    const { storeCalls, worlds, fewestCalls } = this;
    const counts = (map: Map<string, number>): Record<string, number> => Object.fromEntries(map);
    return {
      calls: counts(this.calls),
      cells: counts(this.cells),
      rare: counts(this.rare),
      storeCalls,
      worlds,
      fewestCalls,
    };
  }

  /** Cells that were never hit, and rare states that were met less often than `least`. */
  gaps(least: number): string[] {
    const gaps: string[] = [];
    for (const point of simulatedPoints) {
      for (const fault of simulatedFaults) {
        if (applies(point, fault) && !this.cells.get(`${point} × ${fault}`)) gaps.push(`${point} × ${fault}: never`);
      }
    }
    for (const state of rareStates) {
      const count = this.rare.get(state) ?? 0;
      if (count < least) gaps.push(`${state}: ${count} of ${least}`);
    }
    return gaps;
  }

  /** The whole table as text. */
  table(): string {
    const cell = (text: string | number): string => String(text).padStart(11);
    const lines = ["".padEnd(18) + cell("calls") + simulatedFaults.map(cell).join("")];
    for (const point of simulatedPoints) {
      const counts = simulatedFaults.map((fault) =>
        applies(point, fault) ? cell(this.cells.get(`${point} × ${fault}`) ?? 0) : cell("·"),
      );
      lines.push(point.padEnd(18) + cell(this.calls.get(point) ?? 0) + counts.join(""));
    }
    for (const state of rareStates) lines.push(state.padEnd(34) + cell(this.rare.get(state) ?? 0));
    return lines.join("\n");
  }
}

/** Coverage as plain data. */
export interface CoverageCounts {
  calls: Record<string, number>;
  cells: Record<string, number>;
  rare: Record<string, number>;
  storeCalls: number;
  worlds: number;
  fewestCalls: number;
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
