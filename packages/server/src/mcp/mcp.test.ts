import { createEngine, type Engine, type Hold, memoryStore, type Store, workflow } from "@holdpoint/core";
import {
  Client,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  InMemoryTransport,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import type { Permission } from "../access/roles.ts";
import { auditLog } from "../audit/audit-log.ts";
import { holdpoint } from "../holdpoint.ts";
import { mcpInbox } from "./mcp-inbox.ts";
import type { McpInboxOptions } from "./options.ts";

const secret = "at least 32 characters nobody can guess";
const inboxUrl = "https://holds.example.com/inbox";
const pay = workflow({ name: "pay" }, (ctx) =>
  ctx.approve("pay", {
    title: "Pay 12?",
    consequence: "12 go out.",
    context: { order: "A-7" },
    reviewers: { people: ["ana"] },
  }),
);
const grave = workflow({ name: "grave" }, (ctx) =>
  ctx.approve("grave", { title: "Wipe it?", severity: "critical", reviewers: { people: ["ana"] } }),
);
const label = workflow({ name: "label" }, (ctx) =>
  ctx.hold("label", {
    title: "What is it?",
    form: z.object({ label: z.enum(["spam", "ham"]), sure: z.boolean(), why: z.string().min(3).optional() }),
  }),
);
const deep = workflow({ name: "deep" }, (ctx) =>
  ctx.hold("deep", { title: "Where?", form: z.object({ place: z.object({ x: z.number() }) }) }),
);
const short = workflow({ name: "short" }, (ctx) =>
  ctx.approve("short", {
    title: "Now?",
    reviewers: { people: ["ana"] },
    deadline: [{ after: "1ms", decide: { approved: false } }],
  }),
);

type Question = ElicitRequestFormParams | ElicitRequestURLParams;
type Answer = {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
};

let store: Store;
let engine: Engine;
let questions: Question[];
let answer: (question: Question) => Answer | Promise<Answer>;
const double = workflow({ name: "double", input: z.object({ n: z.number() }) }, async (_ctx, { n }) => n * 2);
const clients: Client[] = [];

beforeEach(async () => {
  store = memoryStore();
  engine = createEngine({ store, workflows: [pay, grave, label, deep, short, double] });
  await engine.start();
  questions = [];
  answer = () => ({ action: "cancel" });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await engine.stop();
});

function newClient(mode: "legacy" | "auto"): Client {
  const capabilities = { elicitation: { form: {}, url: {} } };
  const client = new Client({ name: "desk", version: "1" }, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    questions.push(params);
    return answer(params);
  });
  clients.push(client);
  return client;
}

/** A real client of the protocol of 2025, connected to a real server. */
async function connect(options: Partial<McpInboxOptions> = {}, inbox: string | null = inboxUrl): Promise<Client> {
  const at = inbox === null ? {} : { inboxUrl: inbox };
  const server = await mcpInbox({ engine, person: "ana", secret, ...at, ...options });
  const client = newClient("legacy");
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
}

const asked = async (name: string): Promise<Hold> => (await engine.run(name, undefined, { by: "rita" })).hold(name);

async function call(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: input });
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

test("a hold is listed, shown, and decided by the person whom the client asks, on what they were shown", async () => {
  const hold = await asked("pay");
  const client = await connect();
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    "list_holds",
    "show_hold",
    "decide_hold",
    "next_hold",
  ]);
  expect(JSON.parse(await call(client, "list_holds")).items).toMatchObject([
    { id: hold.id, revision: 0, evidenceHash: hold.evidenceHash },
  ]);
  expect(await call(client, "show_hold", { hold: hold.id })).toContain("ana may decide it.");
  answer = () => ({ action: "accept", content: { decision: "approve", note: "fine" } });
  expect(await call(client, "decide_hold", { hold: hold.id })).toBe('Recorded. "Pay 12?" is approved by ana.');
  expect(questions).toMatchObject([
    { requestedSchema: { required: ["decision"] }, message: expect.stringContaining("order: A-7") },
  ]);
  expect((await engine.hold(hold.id)).decision).toMatchObject({
    value: { approved: true },
    note: "fine",
    channel: "mcp",
  });
  expect(await call(client, "decide_hold", { hold: hold.id })).toBe('"Pay 12?" is approved by ana.');
  expect(questions).toHaveLength(1);
});

test("declining is no rejection unless that was said, dismissing decides nothing, and the model gives no answer for a person", async () => {
  const hold = await asked("pay");
  const client = await connect();
  answer = () => ({ action: "decline" });
  expect(await call(client, "decide_hold", { hold: hold.id })).toContain("That is no rejection");
  answer = () => ({ action: "cancel" });
  expect(await call(client, "next_hold")).toContain("Nothing was decided: the question was dismissed");
  expect(await call(client, "decide_hold", { hold: hold.id, answer: { approved: true } })).toMatch(/answer/);
  expect((await engine.hold(hold.id)).status).toBe("open");
  const strict = await connect({ declineRejects: true });
  answer = () => ({ action: "decline" });
  expect(await call(strict, "decide_hold", { hold: hold.id })).toContain("is rejected by ana");
});

test("a form's fields are asked for in MCP's own schema, and what does not fit is asked again", async () => {
  await asked("label");
  const client = await connect();
  answer = () =>
    questions.length === 1
      ? { action: "accept", content: { label: "spam", sure: true, why: "no" } }
      : { action: "accept", content: { label: "spam", sure: true, why: "free money" } };
  expect(await call(client, "next_hold")).toContain("answered by ana");
  expect(questions[0]).toMatchObject({
    requestedSchema: {
      properties: {
        label: { type: "string", enum: ["spam", "ham"] },
        sure: { type: "boolean" },
        why: { type: "string" },
      },
      required: ["label", "sure"],
    },
  });
  const [decided] = (await engine.holds({ status: ["decided"] })).items;
  expect(decided?.decision?.value).toEqual({ label: "spam", sure: true, why: "free money" });
});

test("high and critical holds, and forms that no dialog has, lead to the inbox; a bare id of one is refused", async () => {
  const hold = await asked("grave");
  const other = await asked("deep");
  const client = await connect();
  expect(await call(client, "decide_hold", { hold: hold.id })).toContain('"Wipe it?" is critical');
  const read = { hold: hold.id, revision: hold.revision, evidenceHash: hold.evidenceHash };
  expect(await call(client, "decide_hold", { ...read, revision: 7 })).toContain("what is asked has changed");
  answer = () => ({ action: "accept" });
  expect(await call(client, "decide_hold", read)).toContain("nothing is decided yet");
  expect(await call(client, "decide_hold", { hold: other.id })).toContain("nothing is decided yet");
  expect(questions).toMatchObject([
    { mode: "url", url: `${inboxUrl}/${hold.id}` },
    { mode: "url", url: `${inboxUrl}/${other.id}` },
  ]);
  const alone = await connect({}, null);
  expect(await call(alone, "decide_hold", read)).toContain(`holdpoint decide ${hold.id}`);
  const program = await connect({ answers: "caller" });
  const given = { answer: { approved: false }, note: "not today" };
  expect(await call(program, "decide_hold", { hold: hold.id, ...given })).toContain("show_hold says its revision");
  expect((await engine.hold(hold.id)).status).toBe("open");
  expect(await call(program, "decide_hold", { ...read, ...given })).toContain('"Wipe it?" is rejected by ana');
});

test("who is at the other end comes from the transport or the configuration: nobody does nothing, and others are told who may", async () => {
  const hold = await asked("pay");
  const nobody = await connect({ person: () => null });
  expect(await call(nobody, "list_holds")).toContain("nobody knows who this is");
  const zoe = await connect({ person: "zoe" });
  expect(JSON.parse(await call(zoe, "list_holds")).items).toEqual([]);
  expect(await call(zoe, "decide_hold", { hold: hold.id })).toBe(
    'zoe may not decide it: "zoe" is not among those who may. ana may.',
  );
  expect(questions).toEqual([]);
  await expect(connect({ secret: "short" })).rejects.toThrow("at least 32 characters");
});

test("evidence that changed while somebody was asked is asked anew with the difference; a deadline that came first is told", async () => {
  const hold = await asked("pay");
  const client = await connect();
  answer = async () => {
    if (questions.length === 1) await engine.holds.amend(hold, { order: "B-2" }, { by: "rita" });
    return { action: "accept", content: { decision: "approve" } };
  };
  expect(await call(client, "decide_hold", { hold: hold.id })).toContain("approved by ana");
  expect(questions[1]?.message).toContain('context.order: "A-7" → "B-2"');
  const late = await asked("pay");
  answer = async () => {
    await engine.decide(late, { approved: false }, { by: "ana", note: "elsewhere" });
    return { action: "accept", content: { decision: "approve" } };
  };
  expect(await call(client, "decide_hold", { hold: late.id })).toContain("Not recorded");
  const gone = await asked("short");
  await expect.poll(async () => (await engine.hold(gone.id)).status, { timeout: 15_000 }).toBe("decided");
  expect(await call(client, "decide_hold", { hold: gone.id })).toBe('"Now?" is rejected by its deadline.');
});

test("over HTTP a question outlives the server that asked it, and is nobody else's to answer", async () => {
  const hold = await asked("pay");
  let person = "ana";
  const app = (on: Engine, key = secret) =>
    holdpoint(on, {
      mcp: { secret: key },
      authenticate: async () => ({ id: person, namespace: "default", roles: ["reviewer"] }),
    });
  let serving = app(engine);
  const client = newClient("auto");
  const fetch = async (url: string | URL, init?: RequestInit): Promise<Response> =>
    serving.request(url.toString(), init);
  await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  answer = () => {
    person = "ben";
    return { action: "accept", content: { decision: "approve" } };
  };
  await expect(call(client, "decide_hold", { hold: hold.id })).rejects.toThrow(/requestState/);
  expect((await engine.hold(hold.id)).status).toBe("open");
  person = "ana";
  const second = createEngine({ store, workflows: [pay] });
  answer = () => {
    serving = app(second);
    return { action: "accept", content: { decision: "approve" } };
  };
  expect(await call(client, "decide_hold", { hold: hold.id })).toContain("approved by ana");
  const events = await engine.holdEvents(hold.id);
  expect(events.slice(1).map(({ channel }) => channel)).toEqual(["mcp"]);
});

test("what is decided over HTTP is in the audit log before it is done and after, and so is what is refused", async () => {
  const authenticate = async () => ({ id: "ana", namespace: "default", roles: ["reviewer" as const] });
  const app = holdpoint(engine, { mcp: { secret, answers: "caller" }, authenticate });
  const client = newClient("auto");
  const fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => app.request(url.toString(), init);
  await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
  const hold = await asked("pay");
  expect(await call(client, "decide_hold", { hold: hold.id, answer: { approved: "perhaps" } })).toContain(
    "Not recorded",
  );
  await call(client, "decide_hold", { hold: hold.id, answer: { approved: true } });
  const { items } = await auditLog(engine).page({ action: "mcp.*" }, { limit: 10 });
  expect(items.map(({ by, target, outcome, code }) => [by, target.hold, outcome, code])).toEqual([
    ["ana", hold.id, "done", null],
    ["ana", hold.id, "asked", null],
    ["ana", hold.id, "refused", "VALIDATION"],
    ["ana", hold.id, "asked", null],
  ]);
  expect(items.every(({ requestId }) => requestId !== null)).toBe(true);
});

describe("runs through MCP", () => {
  const over = async (principal: Partial<Principal>, runs = true): Promise<Client> => {
    const authenticate = async () => ({ id: "ana", namespace: "default", roles: [], ...principal });
    const app = holdpoint(engine, { mcp: { secret, runs }, authenticate });
    const client = newClient("auto");
    const fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => app.request(url.toString(), init);
    await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
    return client;
  };
  const toolsOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);

  test("are started with their input checked, shown with what they wait for and their result, and cancelled", async () => {
    const client = await over({ roles: ["operator", "reviewer"] });
    const listed = JSON.parse(await call(client, "list_workflows"));
    const double = listed.items.find(({ workflow: name }: { workflow: string }) => name === "double");
    expect(double).toMatchObject({ version: 1, input: { properties: { n: { type: "number" } }, required: ["n"] } });
    expect(await call(client, "start_run", { workflow: "double", input: { n: "many" }, id: "d0" })).toMatch(
      /n: .*number/,
    );
    expect(await call(client, "start_run", { workflow: "nothing", id: "n0" })).toContain("list_workflows");
    await call(client, "start_run", { workflow: "double", input: { n: 21 }, id: "d1" });
    expect(JSON.parse(await call(client, "show_run", { run: "d1", wait: 30 }))).toMatchObject({
      status: "completed",
      result: 42,
    });
    // The same id again starts nothing, and is another's who asks for something else.
    const again = await call(client, "start_run", { workflow: "double", input: { n: 21 }, id: "d1" });
    expect(JSON.parse(again).result).toBe(42);
    expect(await call(client, "start_run", { workflow: "double", input: { n: 4 }, id: "d1" })).toContain('run id "d1"');
    await call(client, "start_run", { workflow: "pay", id: "p1" });
    await (await engine.get("p1")).hold("pay");
    const waiting = JSON.parse(await call(client, "show_run", { run: "p1" }));
    expect(waiting.waitsForDecisions).toMatchObject([{ title: "Pay 12?" }]);
    answer = () => ({ action: "accept", content: { decision: "approve" } });
    expect(await call(client, "decide_hold", { hold: waiting.waitsForDecisions[0].hold })).toContain("approved by ana");
    await call(client, "start_run", { workflow: "pay", id: "p2" });
    await call(client, "cancel_run", { run: "p2", reason: "not today" });
    expect(JSON.parse(await call(client, "show_run", { run: "p2", wait: 30 }))).toMatchObject({ status: "cancelled" });

    const { items } = await auditLog(engine).page({ action: "mcp.cancel" }, { limit: 10 });
    expect(items.map(({ by, target, outcome }) => [by, target, outcome])).toEqual([
      ["ana", { run: "p2", workflow: "pay" }, "done"],
      ["ana", { run: "p2", workflow: "pay" }, "asked"],
    ]);
    expect(items[1]?.before?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(items[0]?.after?.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("are offered by permission and for the workflows it is for, refused ones are audited, and off is off", async () => {
    const limited = await over({ bindings: [{ role: "operator", workflows: ["double"] }] });
    expect(await toolsOf(limited)).toEqual(["list_workflows", "start_run", "show_run", "cancel_run"]);
    const { items } = JSON.parse(await call(limited, "list_workflows"));
    expect(items.map(({ workflow: name }: { workflow: string }) => name)).toEqual(["double"]);
    expect(await call(limited, "start_run", { workflow: "pay", id: "p3" })).toContain('runs:start for "pay"');
    await expect(engine.get("p3")).rejects.toThrow("p3");
    await engine.run("pay", undefined, { id: "p4" });
    expect(await call(limited, "cancel_run", { run: "p4", reason: "no" })).toContain("p4");
    expect(await (await engine.get("p4")).status()).not.toBe("cancelled");
    const refused = await auditLog(engine).page({ action: "mcp.start" }, { limit: 1 });
    expect(refused.items).toMatchObject([{ target: { run: "p3", workflow: "pay" }, outcome: "refused" }]);
    const viewer = await over({ roles: ["viewer"] });
    expect(await toolsOf(viewer)).toEqual(["show_run"]);
    expect(await toolsOf(await over({ roles: ["operator", "reviewer"] }, false))).toEqual([
      "list_holds",
      "show_hold",
      "decide_hold",
      "next_hold",
    ]);
  });
});

test("over HTTP whoever may decide but not read all holds is refused", async () => {
  const status = async (...scopes: Permission[]): Promise<number> => {
    const authenticate = async () => ({ id: "ana", namespace: "default", roles: ["reviewer" as const], scopes });
    const app = holdpoint(engine, { mcp: { secret }, authenticate });
    return (await app.request("http://localhost/mcp", { method: "POST" })).status;
  };
  expect([await status("holds:decide"), await status("holds:read")]).toEqual([403, 403]);
  expect(await status("holds:decide", "holds:read")).not.toBe(403);
});
