import { expect, test } from "vitest";
import { contextOf } from "../store/namespace.ts";
import { changes, trimFeed } from "./feed.ts";
import { type Call, unknownNamespace } from "./program.ts";

/** What the feed is asked while it is trimmed, once, between these numbers. */
function trimmed(oldest: number, newest: number): { deletes: Call[]; more: boolean } {
  const program = trimFeed();
  const deletes: Call[] = [];
  for (let step = program.next(); ; ) {
    if (step.done) return { deletes, more: step.value };
    const { want, statement } = step.value;
    if (want === "run") deletes.push(step.value);
    step = program.next(want === "run" ? 10_000 : { pk: statement === "newestChange" ? newest : oldest });
  }
}

test("a feed that nobody swept for long is trimmed ten thousand numbers at a time, from the oldest on", () => {
  expect(trimmed(1, 700_000)).toMatchObject({ deletes: [{ statement: "trimFeed", parameters: [10_000] }], more: true });
  expect(trimmed(190_001, 700_000)).toMatchObject({ deletes: [{ parameters: [200_000] }], more: false });
  expect(trimmed(200_001, 700_000)).toEqual({ deletes: [], more: false });
  expect(trimmed(1, 400_000)).toEqual({ deletes: [], more: false });
});

/** What a reader of an unknown or known namespace is given who has read through a number, where these are the oldest and the newest. */
function read(namespace: number, after: string, oldest: number, newest: number) {
  const program = changes(contextOf("new", namespace), { after, limit: 10, now: 0 });
  const asked: Call["statement"][] = [];
  for (let step = program.next(); ; ) {
    if (step.done) return { ...step.value, asked };
    const { want, statement } = step.value;
    asked.push(statement);
    step = program.next(want === "all" ? [] : { pk: statement === "newestChange" ? newest : oldest });
  }
}

test("who follows a namespace that nobody has made yet stays where it is: what is written while it is made is read later", () => {
  const stays = { changes: [], cursor: "0", more: false, lost: false, asked: ["newestChange"] };
  expect(read(unknownNamespace, "0", 1, 3)).toEqual(stays);
  expect(read(unknownNamespace, "9", 1, 3).lost).toBe(true);
  expect(read(1, "0", 1, 3)).toEqual({ ...stays, asked: ["newestChange", "changesAfter"] });
});

test("nothing is said to be lost before the first changes of all, which are written and not committed", () => {
  expect(read(1, "0", 2, 3)).toMatchObject({ lost: false, cursor: "0" });
  expect(read(1, "7", 200_001, 700_000)).toMatchObject({ lost: true });
  expect(read(1, "200000", 200_001, 700_000)).toMatchObject({ lost: false });
});
