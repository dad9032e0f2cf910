import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, expect, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-erase-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const { namespace } = build;

test("what was erased is in no file of the database any more, also while it is open", async () => {
  const path = join(directory, "store.db");
  const secret = "the-secret-of-r1";
  const large = build.payload(`${secret} `.repeat(2_000));
  const store = sqlite(path);
  await store.open();
  await store.register(namespace, build.worker("w1"));
  const entry = build.entry("run", { payload: large });
  await store.commit(namespace, [
    build.start("r1", {
      entries: [entry],
      head: entry.hash,
      attributes: { secret },
      mail: [build.mail({ payload: large })],
    }),
    build.start("r2"),
  ]);
  const { runs } = await store.claim(namespace, build.claimRequest("w1"));
  const run = runs.find(({ id }) => id === "r1");
  if (run === undefined) throw new Error("r1 was started");
  await store.commit(namespace, [
    build.advance(run, [build.entry("hold:a#1", { payload: build.payload(secret) })], {
      holds: [build.newHold("h1", "hold:a#1", { title: secret, request: large })],
      stream: [build.bytes(secret)],
      chunks: [{ hash: build.freshHash(), bytes: large.bytes }],
    }),
  ]);
  const files = [path, `${path}-wal`];
  const holds = (): boolean => files.some((file) => readFileSync(file).includes(secret));
  expect(holds()).toBe(true);
  await store.erase(namespace, run.pk, { entries: [], mail: [], by: null, at: build.t0 });
  expect(holds()).toBe(false);
  expect((await store.run(namespace, "r2"))?.seq).toBe(1);
  await store.close();
});
