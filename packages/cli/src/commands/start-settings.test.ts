import { createClient } from "@holdpoint/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type Running, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { annotation } from "@holdpoint/annotate";
import { defineConfig, workflow } from "holdpoint";
import { z } from "zod";
const greet = workflow({ name: "greet" }, (ctx) => ctx.step("say", () => "hello"));
const labels = annotation({
  name: "tone",
  form: z.object({ rude: z.boolean() }),
  label: ({ rude }) => rude,
  show: ({ text }) => ({ title: text }),
  annotators: { people: ["ana"], count: 1 },
  adjudicators: { people: ["zoe"] },
});
export default defineConfig({
  workflows: [greet],
  store: "postgres://nobody:hunter2@localhost:1/none",
  server: { tasks: true, annotations: [labels], rates: { perKey: "1000/1h" } },
});
`;

let project: TestProject;
let running: Running;
let served: { url: string; key: string };

const environment = {
  HOLDPOINT_STORE: "sqlite:here.db",
  HOLDPOINT_ORIGIN: "http://localhost:4400",
  HOLDPOINT_ACCOUNTS: "true",
  HOLDPOINT_ISSUER: "true",
  HOLDPOINT_OIDC_ISSUER: "https://accounts.example.com",
  HOLDPOINT_OIDC_CLIENT_ID: "holdpoint",
  HOLDPOINT_OIDC_CLIENT_SECRET: "hunter2",
  HOLDPOINT_OIDC_EVERYBODY: "viewer",
  HOLDPOINT_MCP: "true",
  HOLDPOINT_WEBHOOKS_ALLOW: "10.1.0.0/16",
  HOLDPOINT_LIMITS_BODY: "2000",
  HOLDPOINT_NAMESPACE: "acme",
  HOLDPOINT_LOG_LEVEL: "debug",
};

beforeAll(async () => {
  buildCommand();
  project = testProject({ "holdpoint.config.ts": config });
  running = project.start(["start", "--port", "0", "--json"], { env: environment });
  await running.prints(/^\}/m);
  served = JSON.parse(/^\{$[\s\S]*?^\}$/m.exec(running.output())?.[0] ?? "") as typeof served;
});
afterAll(async () => {
  running.child.kill("SIGTERM");
  await running.ended;
  project.remove();
});

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${served.url}${path}`, {
    ...init,
    redirect: "manual",
    headers: { authorization: `Bearer ${served.key}`, "content-type": "application/json", ...init.headers },
  });

test("what a server can do, holdpoint start does by settings alone", async () => {
  const client = createClient(served);
  expect(await client.system.me()).toMatchObject({ namespace: "acme" });
  // Rates, from the file.
  expect((await call("/api/v1/me")).headers.get("ratelimit-limit")).toBe("1000");
  // A limit, from the environment.
  const large = await call("/api/v1/runs", {
    method: "POST",
    body: JSON.stringify({ workflow: "greet", input: "x".repeat(3000) }),
  });
  expect(large.status).toBe(413);
  // The task machine and annotation queues, with their workflows.
  expect((await call("/api/v1/tasks")).status).toBe(200);
  expect(await (await call("/api/v1/annotation-queues")).text()).toContain('"tone"');
  // Webhooks, MCP, tokens, local accounts.
  expect((await call("/api/v1/webhooks")).status).toBe(200);
  expect((await call("/mcp", { method: "POST", body: "{}" })).status).not.toBe(404);
  expect(await (await call("/issuer/.well-known/openid-configuration")).json()).toMatchObject({
    issuer: "http://localhost:4400/issuer",
  });
  const wrong = await fetch(`${served.url}/auth/local/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: "http://localhost:4400" },
    body: JSON.stringify({ name: "ana", password: "wrong" }),
  });
  expect(((await wrong.json()) as { code: string }).code).toBe("SIGN_IN_FAILED");
  // Nothing that is secret was written down.
  expect(running.output()).not.toContain("hunter2");
});

test("holdpoint config says what holds and who said so, without secrets", async () => {
  const { code, stdout } = await project.holdpoint(["config", "--json"], { env: environment });
  expect([code, stdout.includes("hunter2")]).toEqual([0, false]);
  const { settings, inCode } = JSON.parse(stdout) as {
    settings: { setting: string; value: unknown; source: string; from: string | null }[];
    inCode: string[];
  };
  const of = (path: string) => settings.find(({ setting }) => setting === path);
  expect(of("store")).toMatchObject({ value: "sqlite:here.db", source: "environment", from: "HOLDPOINT_STORE" });
  expect(of("server.rates.perKey")).toMatchObject({ value: { limit: 1000, per: "1h" }, source: "file" });
  expect(of("server.signIn.oidc.clientSecret")).toMatchObject({ value: "…", source: "environment" });
  expect(of("server.port")).toMatchObject({ value: 4400, source: "default", from: null });
  expect(inCode).toEqual(["workflows", "server.annotations"]);
  const people = await project.holdpoint(["config", "store"]);
  expect(people.stdout).toContain("postgres://nobody:…@localhost:1/none");
  expect(people.stdout).not.toContain("hunter2");
});

test("all that is wrong is said when it starts, and nothing is begun", async () => {
  const wrong = { HOLDPOINT_PORT: "many", HOLDPOINT_LEASE: "soon", HOLDPOINT_STORE: "none.db" };
  const started = await project.holdpoint(["start"], { env: wrong });
  expect(started.code).toBe(1);
  expect(started.stderr).toContain("2 settings are wrong");
  expect(started.stderr).toContain('HOLDPOINT_PORT must be a port from 0 to 65535, not "many"');
  expect(started.stderr).toContain("HOLDPOINT_LEASE must be a length of time");
  const mistyped = await project.holdpoint(["start"], { env: { HOLDPOINT_STORE: "none.db", HOLDPOINT_SECERT: "x" } });
  expect([mistyped.code, mistyped.stderr]).toEqual([
    1,
    expect.stringContaining("HOLDPOINT_SECERT is no setting; did you mean HOLDPOINT_SECRET?"),
  ]);
});

test("a process without a worker takes runs and decisions, which another executes", async () => {
  const client = createClient(served);
  const { HOLDPOINT_OIDC_ISSUER: _oidc, HOLDPOINT_OIDC_CLIENT_ID: _id, ...rest } = environment;
  const env = { ...rest, HOLDPOINT_OIDC: "false" };
  const other = project.start(["start", "--port", "0", "--no-worker", "--json"], { env });
  await other.prints(/^\}/m);
  const api = JSON.parse(/^\{$[\s\S]*?^\}$/m.exec(other.output())?.[0] ?? "") as { url: string; worker: boolean };
  expect(api.worker).toBe(false);
  const there = createClient({ url: api.url, key: served.key });
  const run = await there.runs.start({ workflow: "greet" });
  expect((await there.runs.result({ run: run.id, wait: 60 })).output).toBe("hello");
  expect((await client.runs.show({ run: run.id })).status).toBe("completed");
  other.child.kill("SIGTERM");
  expect(await other.ended).toBe(0);
});
