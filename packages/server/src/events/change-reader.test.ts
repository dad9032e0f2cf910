import { createEngine, memoryStore } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterEach, expect, test } from "vitest";
import { ChangeHub } from "./change-hub.ts";
import type { ChangeReader } from "./change-reader.ts";

const namespace = "default";
const store = memoryStore();
const engine = createEngine({ store, workflows: [], namespace });
const fail = (error: unknown): void => {
  throw error;
};
const hub = new ChangeHub(engine, fail, 500);
afterEach(() => engine.stop());

let runs = 0;
async function start(count: number): Promise<void> {
  await store.commit(
    namespace,
    Array.from({ length: count }, () => build.start(`r${++runs}`)),
  );
}

/** Ids of runs in so many frames that the reader is given. */
async function ids(reader: ChangeReader, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { value } = await reader.next();
    for (const [, id = ""] of new TextDecoder().decode(value).matchAll(/"run":\{"id":"(\w+)"/g)) found.push(id);
  }
  return found;
}

test("a reader that falls behind what is kept in memory reads the rest from the store, and joins the others again", async () => {
  const quick = await hub.read({}, null);
  const slow = await hub.read({}, null);
  await start(10);
  const first = await ids(slow, 10);
  expect(await ids(quick, 10)).toEqual(first);
  for (let n = 0; n < 25; n++) {
    await start(50);
    await ids(quick, 50);
  }
  const expected = Array.from({ length: 1_250 }, (_, i) => `r${i + 11}`);
  expect(await ids(slow, 1_250)).toEqual(expected);
  await start(3);
  const last = [`r${runs - 2}`, `r${runs - 1}`, `r${runs}`];
  expect([await ids(quick, 3), await ids(slow, 3)]).toEqual([last, last]);
  await Promise.all([quick.return(), slow.return()]);
});
