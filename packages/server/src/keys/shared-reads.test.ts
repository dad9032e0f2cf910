import { expect, test } from "vitest";
import { SharedReads } from "./shared-reads.ts";

/** Reads that end when they are told to, and give what was there when they began. */
function slowly(current: () => number) {
  const begun: PromiseWithResolvers<void>[] = [];
  const told = Promise.withResolvers<void>();
  const shared = new SharedReads(async () => {
    const end = Promise.withResolvers<void>();
    const value = current();
    begun.push(end);
    told.resolve();
    await end.promise;
    return value;
  });
  return { shared, begun, first: told.promise };
}

test("those who ask in one turn share a read, and those who ask later never get what was read before", async () => {
  let value = 1;
  const { shared, begun, first } = slowly(() => value);
  const early = [shared.get("a"), shared.get("a")];
  await first;
  value = 2;
  const late = [shared.get("a"), shared.get("a"), shared.get("a")];
  begun[0]?.resolve();
  expect(await Promise.all(early)).toEqual([1, 1]);
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.resolve();
  expect(await Promise.all(late)).toEqual([2, 2, 2]);
  expect(begun.length).toBe(2);
});

test("a read that fails fails for those who shared it, and the next one is made anew", async () => {
  let fails = true;
  const shared = new SharedReads(async (id: string) => {
    if (fails) throw new Error(`no ${id}`);
    return id;
  });
  const both = await Promise.allSettled([shared.get("a"), shared.get("a"), shared.get("b")]);
  expect(both.map((one) => one.status === "rejected" && String(one.reason))).toEqual([
    "Error: no a",
    "Error: no a",
    "Error: no b",
  ]);
  fails = false;
  expect(await shared.get("a")).toBe("a");
});
