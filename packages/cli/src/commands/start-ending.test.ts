import { request } from "node:http";
import { createClient } from "@holdpoint/client";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildCommand, type Running, type TestProject, testProject } from "../project.fixture.ts";

/** A step that never ends, whatever it is told, and one that ends when it is told to stop. */
const config = (settings: string, before = ""): string => `
import { defineConfig, memoryStore, workflow } from "holdpoint";
${before}
const stubborn = workflow({ name: "stubborn" }, (ctx) => ctx.step("never", () => new Promise(() => {})));
const wait = workflow({ name: "wait" }, (ctx) => ctx.approve("go", { title: "Go?" }));
export default defineConfig({ workflows: [stubborn, wait], drainTimeout: "1h", ${settings} });
`;

let project: TestProject;
beforeAll(() => buildCommand());
beforeEach(() => {
  project = testProject({});
});
afterEach(() => project.remove());

/** A server with a run whose step does not end, and a reader of events who reads nothing more. */
async function busy(text: string): Promise<{ running: Running; streamEnded: Promise<void> }> {
  project.write("holdpoint.config.ts", text);
  const running = project.start(["start", "--port", "0", "--json"]);
  await running.prints(/^\}/m);
  const { url, key } = JSON.parse(/^\{$[\s\S]*?^\}$/m.exec(running.output())?.[0] ?? "") as {
    url: string;
    key: string;
  };
  const client = createClient({ url, key });
  const run = await client.runs.start({ workflow: "stubborn" });
  await expect.poll(async () => (await client.runs.show({ run: run.id })).status).toBe("running");
  const ended = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const stream = request(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${key}` } }, (response) => {
    response.once("close", ended.resolve);
    response.resume();
    opened.resolve();
  });
  stream.on("error", () => ended.resolve());
  stream.end();
  await opened.promise;
  return { running, streamEnded: ended.promise };
}

test("SIGTERM ends a process in time although a step never ends and a stream is open; the run is given back", async () => {
  const { running, streamEnded } = await busy(config('shutdownDeadline: "1s"'));
  running.child.kill("SIGTERM");
  await streamEnded;
  expect(await running.ended).toBe(0);
  expect(running.output()).toContain("steps did not end in time: their runs go to other workers");
  const { runs } = await project.json<{ runs: { status: string }[] }>(["runs"]);
  expect(runs.map(({ status }) => status)).toEqual(["ready"]);
});

test("a store that does not answer does not keep the process beyond the deadline: it ends with 1", async () => {
  const hanging = "const store = memoryStore(); store.close = () => new Promise(() => {});";
  const { running } = await busy(config('store, shutdownDeadline: "1s"', hanging));
  running.child.kill("SIGTERM");
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain("the shutdown deadline has passed");
});

test("a second signal ends it at once, with the signal's number", async () => {
  const { running } = await busy(config('shutdownDeadline: "1h"'));
  running.child.kill("SIGTERM");
  await running.prints("stopping: running steps and requests may end");
  running.child.kill("SIGTERM");
  expect(await running.ended).toBe(143);
});
