import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelEvent } from "../model/model.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { cassette } from "./cassette.ts";

let directory = "";
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "cassette-"))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const asking = (content: string) => ({ messages: [{ role: "user" as const, content }] });

test("a cassette asks a model once and replays its answers in turn, whatever the order of a request's fields", async () => {
  const file = join(directory, "deep/one.jsonl");
  const model = scriptedModel((_, { call }) => `answer ${call}`);
  const recording = cassette(file, model, { mode: "record" });
  await recording.generate({ ...asking("a"), temperature: 0, seed: 1 });
  await recording.generate({ seed: 1, temperature: 0, ...asking("a") });
  await recording.embed(["tea"]);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(4);

  const silent = scriptedModel([]);
  const replaying = cassette(file, { id: model.id, generate: silent.generate.bind(silent) }, { mode: "replay" });
  const replies = [];
  for (let n = 0; n < 3; n++)
    replies.push((await replaying.generate({ ...asking("a"), temperature: 0, seed: 1 })).content);
  expect(replies.map(([part]) => part)).toMatchObject([
    { text: "answer 1" },
    { text: "answer 2" },
    { text: "answer 2" },
  ]);
  expect((await replaying.embed(["tea"])).vectors[0]).toHaveLength(64);
  const events: ModelEvent[] = [];
  for await (const event of cassette(file, silent, { mode: "replay" }).stream({
    ...asking("a"),
    temperature: 0,
    seed: 1,
  }))
    events.push(event);
  expect(events.map(({ type }) => type)).toEqual(["text", "finish"]);
  expect(silent.requests).toEqual([]);
});

test("a request that is not on the cassette is refused with what to do, and filled in where that is asked for", async () => {
  const file = join(directory, "two.jsonl");
  const model = scriptedModel(["hello"]);
  await expect(cassette(file, model, { mode: "replay" }).generate(asking("new"))).rejects.toMatchObject({
    code: "CASSETTE_MISS",
    message: expect.stringContaining("record it with HOLDPOINT_CASSETTES=fill"),
  });
  const filling = cassette(file, model, { mode: "fill", redact: () => asking("***") });
  await filling.generate(asking("my secret"));
  await filling.generate(asking("my secret"));
  expect(model.requests).toHaveLength(1);
  expect(readFileSync(file, "utf8")).not.toContain("secret");
});
