import { statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createClient } from "@holdpoint/client";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildCommand, type Running, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { defineConfig, workflow } from "holdpoint";
const greet = workflow({ name: "greet" }, (ctx) => ctx.step("say", () => "hello"));
export default defineConfig({ workflows: [greet] });
`;

let project: TestProject;
beforeAll(() => buildCommand());
beforeEach(() => {
  project = testProject({ "holdpoint.config.ts": config });
});
afterEach(() => project.remove());

async function started(): Promise<{ running: Running; url: string; key: string }> {
  const running = project.start(["start", "--port", "0", "--json"]);
  await running.prints(/^\}/m);
  // Lines of the log are between it, each an object of its own.
  const json = /^\{$[\s\S]*?^\}$/m.exec(running.output())?.[0] ?? "";
  return { running, ...(JSON.parse(json) as { url: string; key: string }) };
}

test("the first start prints an administrator's key, which works; the next prints none", async () => {
  const first = await started();
  const client = createClient({ url: first.url, key: first.key });
  expect(await client.system.me()).toMatchObject({ id: "admin", roles: ["admin"] });
  const run = await client.runs.start({ workflow: "greet" });
  expect((await client.runs.result({ run: run.id, wait: 30 })).output).toBe("hello");
  expect(await client.system.metrics()).toContain('holdpoint_run_duration_seconds_count{workflow="greet"');
  await expect(createClient({ url: first.url }).runs.list({})).rejects.toMatchObject({ status: 401 });
  expect(statSync(join(project.directory, ".holdpoint/secret")).mode & 0o077).toBe(0);
  await first.running.prints(/"msg":"a run has completed"/);
  const lines = first.running.output().match(/^\{"level".*\}$/gm) ?? [];
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(logged.find(({ msg }) => msg === "a run has completed")).toMatchObject({ run: run.id, workflow: "greet" });
  expect(logged.find(({ msg, path }) => msg === "request" && path === "/api/v1/me")).toMatchObject({ status: 200 });
  expect(lines.join("")).not.toContain(first.key);
  first.running.child.kill("SIGTERM");
  expect(await first.running.ended).toBe(0);

  const second = await started();
  expect(second.key).toBeNull();
  expect(await createClient({ url: second.url, key: first.key }).system.me()).toMatchObject({ id: "admin" });
  second.running.child.kill("SIGTERM");
  expect(await second.running.ended).toBe(0);
});

test("with webhooks in the configuration others are told, also of what another command did", async () => {
  const told: string[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      const { type, data } = JSON.parse(body) as { type: string; data: { run: { id: string } } };
      told.push(`${type} ${data.run.id}`);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  project.write(
    "holdpoint.config.ts",
    config.replace("[greet]", '[greet], server: { webhooks: { allow: ["127.0.0.1"], insecure: true } }'),
  );
  const { running, url, key } = await started();
  const client = createClient({ url, key });
  const to = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await client.webhooks.create({ name: "desk", url: to, types: ["run.started", "run.completed"] });
  await client.runs.start({ workflow: "greet", id: "here" });
  await project.json(["run", "greet", "--id", "there"]);
  const all = ["run.completed here", "run.completed there", "run.started here", "run.started there"];
  await expect.poll(() => [...new Set(told)].sort(), { timeout: 60_000 }).toEqual(all);
  running.child.kill("SIGTERM");
  expect(await running.ended).toBe(0);
  receiver.close();
}, 120_000);

test("keys are made, listed, replaced and revoked on the command line", async () => {
  const made = await project.json<{ id: string; key: string }>([
    "keys",
    "create",
    "desk",
    "--role",
    "reviewer",
    "--person",
    "ben",
  ]);
  expect(made.key.startsWith(made.id)).toBe(true);
  const scoped = await project.json<{ scopes: string[] }>([
    "keys",
    "create",
    "prometheus",
    "--role",
    "operator",
    "--scope",
    "metrics:read",
  ]);
  expect(scoped.scopes).toEqual(["metrics:read"]);
  const next = await project.json<{ id: string }>(["keys", "rotate", made.id]);
  await project.json(["keys", "revoke", made.id]);
  const { keys } = await project.json<{ keys: { id: string; person: string; replacedBy: string | null }[] }>(["keys"]);
  expect(keys.find(({ id }) => id === made.id)).toMatchObject({ person: "ben", replacedBy: next.id });
  expect(JSON.stringify(keys)).not.toContain("hash");
  const wrong = await project.holdpoint(["keys", "create", "x", "--role", "king"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("unknown role 'king'")]);
});

test("a pipeline put through the API is there for every command, and after a restart", {
  timeout: 90_000,
}, async () => {
  project.write(
    "holdpoint.config.ts",
    config.replace("[greet]", "[greet], pipelines: { steps: { hello: () => ({ said: 1 }) } }"),
  );
  const document = {
    name: "Hello",
    version: "1.0",
    flow: { start_at: "say", paths: [{ from: "say", to: "end_with_success" }] },
    steps: [{ id: "say", step_class: "hello" }],
  };
  const first = await started();
  const client = createClient({ url: first.url, key: first.key });
  expect(await client.pipelines.put({ pipeline: "hello", document })).toMatchObject({ version: 1, problems: [] });
  const run = await client.runs.start({ workflow: "hello" });
  expect((await client.runs.result({ run: run.id, wait: 30 })).status).toBe("completed");
  first.running.child.kill("SIGTERM");
  expect(await first.running.ended).toBe(0);
  const listed = await project.holdpoint(["workflows"]);
  expect(listed.stdout).toMatch(/hello/);
  const again = await project.json<{ run: { status: string } }>(["run", "hello"]);
  expect(again.run.status).toBe("completed");
});
