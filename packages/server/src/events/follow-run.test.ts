import { afterEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { StreamReader } from "../fixtures/stream-reader.ts";
import type { ServerOptions } from "../options.ts";

let office: Office;
afterEach(() => office.close());

async function opened(options: ServerOptions = {}): Promise<{ key: string }> {
  office = await new Office(options).open();
  return { key: await office.key("operator", "olga") };
}

const connect = async (key: string, run: string, last?: string): Promise<Response> =>
  office.app.request(`/api/v1/runs/${run}/events`, {
    headers: { authorization: `Bearer ${key}`, ...(last === undefined ? {} : { "last-event-id": last }) },
  });

/** Reads up to `most` events, from where the last connection broke. */
async function some(
  key: string,
  run: string,
  last: string | undefined,
  most: number,
): Promise<{ ids: string[]; ended: boolean }> {
  const response = await connect(key, run, last);
  if (response.status === 204) return { ids: [], ended: true };
  const reader = new StreamReader(response);
  const ids: string[] = [];
  while (ids.length < most) {
    const frame = await reader.next();
    if (frame === null) return { ids, ended: false };
    if (frame.event === "end") return { ids, ended: true };
    if (frame.data !== "") ids.push(frame.id);
  }
  await reader.close();
  return { ids, ended: false };
}

test("a reader that is cut off at any event, while the run goes on and through its generations, misses nothing and sees nothing twice", async () => {
  const { key } = await opened();
  const steps = 40;
  // A fixed sequence of breaks, from connections of one event to those of many.
  const breaks = [1, 2, 3, 5, 8, 13, 1, 1, 21, 4, 2, 34, 7];
  const run = await office.engine.run("long-runner", { generation: 1, steps });
  const seen: string[] = [];
  for (let n = 0; n < 1000; n++) {
    const { ids, ended } = await some(key, run.id, seen.at(-1), breaks[n % breaks.length] ?? 1);
    seen.push(...ids);
    if (ended) break;
  }
  const journal = await run.journal({ generation: 1 });
  expect(journal.length).toBeGreaterThanOrEqual(3 * steps);
  expect(seen).toEqual(journal.map(({ generation, seq }) => `${generation}.${seq}`));
  expect(new Set(seen).size).toBe(seen.length);
});

test("many readers of one live run all see all of it, in order", async () => {
  const { key } = await opened();
  const run = await office.engine.run("echo", { text: "a" });
  const readers = Array.from({ length: 50 }, async () => some(key, run.id, undefined, 1000));
  await run.signal("said", { text: "b" });
  await run.result();
  const expected = (await run.journal()).map(({ generation, seq }) => `${generation}.${seq}`);
  for (const { ids, ended } of await Promise.all(readers)) expect([ids, ended]).toEqual([expected, true]);
});

test("an event says what happened, and the end how", async () => {
  const { key } = await opened();
  const run = await office.engine.run("echo", { text: "a" });
  await run.signal("said", { text: "b" });
  await run.result();
  const reader = new StreamReader(await connect(key, run.id));
  const frames: unknown[] = [];
  for (let frame = await reader.next(); frame !== null; frame = await reader.next())
    if (frame.data !== "")
      frames.push({ ...(JSON.parse(frame.data) as object), ...(frame.event ? { end: true } : {}) });
  expect(frames[1]).toMatchObject({ type: "step.settled", key: "step:hear#1", value: "a" });
  expect(frames.at(-1)).toEqual({ status: "completed", outcome: "success", end: true });
});

test("a reader that comes back after the end is told to stay away", async () => {
  const { key } = await opened();
  const run = await office.engine.run("anything", 1);
  await run.result();
  const { ids } = await some(key, run.id, undefined, 1000);
  expect((await connect(key, run.id, ids.at(-1))).status).toBe(204);
  expect((await connect(key, run.id, ids[0])).status).toBe(200);
});

test("an idle stream shows that it lives", async () => {
  const { key } = await opened({ heartbeat: "20ms" });
  const run = await office.engine.run("echo", { text: "a" });
  const reader = new StreamReader(await connect(key, run.id));
  let beats = 0;
  while (beats < 3) if ((await reader.next())?.comment === "here") beats++;
  await reader.close();
});

test("who takes nothing is dropped, and leaves room for others", async () => {
  const { key } = await opened({ patience: "50ms", heartbeat: "20ms", limits: { streams: 1 } });
  const run = await office.engine.run("long-runner", { generation: 1, steps: 40 });
  await run.result();
  // Both at once: on a slow machine a second one might come when the first has been dropped.
  const both = await Promise.all([connect(key, run.id), connect(key, run.id)]);
  // Either of them may have been the first.
  const [slow, refused] = both.sort((a, b) => a.status - b.status) as [Response, Response];
  expect([slow.status, refused.status, refused.headers.get("retry-after")]).toEqual([200, 503, "5"]);
  await expect.poll(async () => (await connect(key, run.id)).status).toBe(200);
  // It gets what was on its way, and then the break.
  const reader = new StreamReader(slow);
  await expect(
    (async () => {
      while ((await reader.next()) !== null);
    })(),
  ).rejects.toThrow();
});

test("a position that is none, and a run that is not there, are refused before the stream begins", async () => {
  const { key } = await opened();
  const run = await office.engine.run("anything", 1);
  expect((await connect(key, run.id, "yesterday")).status).toBe(400);
  expect((await connect(key, "none")).status).toBe(404);
});

test("streams end when the server shuts down", async () => {
  const { key } = await opened();
  const run = await office.engine.run("echo", { text: "a" });
  const reader = new StreamReader(await connect(key, run.id));
  await reader.next();
  office.closing.abort();
  while ((await reader.next()) !== null);
});

test("asking for a stream's headers alone opens none", async () => {
  const { key } = await opened({ limits: { streams: 1 } });
  const run = await office.engine.run("echo", { text: "a" });
  for (const path of [`/api/v1/runs/${run.id}/events`, "/api/v1/events"]) {
    const head = await office.send(`HEAD ${path}`, { key });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect((await office.send(`GET ${path}`, { key })).status).toBe(200);
  }
});

test("a stream that is asked for while the server shuts down ends at once", async () => {
  const { key } = await opened();
  const run = await office.engine.run("echo", { text: "a" });
  office.closing.abort();
  const reader = new StreamReader(await connect(key, run.id));
  while ((await reader.next()) !== null);
});
