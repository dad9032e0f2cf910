import { expect, test } from "vitest";
import type { Execution } from "../run/execution.ts";
import { Residence } from "./residence.ts";

/** Parked coroutines by number, and which of them were let go of, in order. */
function parked() {
  const gone: number[] = [];
  const execution = (pk: number, weight: number) =>
    ({ writer: { pk }, weight, abandon: () => void gone.push(pk) }) as unknown as Execution;
  return { gone, execution };
}

test("so many runs that wait stay in memory and no more, those that have waited longest go first", () => {
  const { gone, execution } = parked();
  const residence = new Residence({ count: 3, bytes: 1000 });
  for (const pk of [1, 2, 3]) residence.keep(execution(pk, 1));
  // It went on and waits again: now it is the youngest.
  residence.keep(residence.take(1) as Execution);
  for (let pk = 4; pk <= 100; pk++) residence.keep(execution(pk, 1));
  expect(gone.slice(0, 4)).toEqual([2, 3, 1, 4]);
  expect(gone.length).toBe(97);
  expect([97, 98, 99, 100].map((pk) => residence.peek(pk) !== undefined)).toEqual([false, true, true, true]);
});

test("runs that wait with long journals behind them go before there are too many", () => {
  const { gone, execution } = parked();
  const residence = new Residence({ count: 100, bytes: 10 });
  residence.keep(execution(1, 6));
  residence.keep(execution(2, 3));
  expect(gone).toEqual([]);
  residence.keep(execution(3, 5));
  expect(gone).toEqual([1]);
  // What was taken out does not count any more.
  residence.take(3);
  residence.keep(execution(4, 7));
  expect(gone).toEqual([1]);
  // One that is too large by itself is not kept at all.
  residence.keep(execution(5, 11));
  expect(gone).toEqual([1, 2, 4, 5]);
});
