import { createEngine, type Engine, type Hold, memoryStore, workflow } from "@holdpoint/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loopbackUser } from "../access/loopback.ts";
import type { Role } from "../access/roles.ts";
import { auditLog } from "../audit/audit-log.ts";
import { type HoldpointApp, holdpoint } from "../holdpoint.ts";
import { Browser } from "../sign-in/fixtures/office.ts";
import { localAccounts } from "../sign-in/local/accounts.ts";
import { Passwords } from "../sign-in/local/password.ts";
import { type Sessions, sessions } from "../sign-in/session/sessions.ts";
import { signIn } from "../sign-in/sign-in.ts";

const origin = "http://localhost:4400";
const password = "correct horse battery staple";
const approval = workflow({ name: "pay" }, (ctx) =>
  ctx.approve("pay", { title: "Pay 12?", reviewers: { people: ["ana"] } }),
);

let engine: Engine;
let app: HoldpointApp;
let people: Sessions;
let browser: Browser;
let hold: Hold;

beforeEach(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [approval] });
  await engine.start();
  people = sessions({ engine, origin });
  const accounts = localAccounts({ engine, sessions: people, secret: "s".repeat(40), passwords: new Passwords(10) });
  const { token } = await accounts.invite({ name: "ana", namespace: "default", roles: ["reviewer"] }, "root");
  await accounts.accept(token, password);
  app = holdpoint(engine, { signIn: signIn({ sessions: people, accounts }) });
  browser = new Browser();
  hold = await (await engine.run(approval, undefined)).hold("pay");
});
afterEach(() => engine.stop());

/** Sends what the browser would, and keeps the cookies that come back. */
async function visit(
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const sent = form && { method: "POST", body: new URLSearchParams(form).toString() };
  const type = form && { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin" };
  const response = await app.fetch(browser.request(`${origin}${path}`, { ...sent, headers: { ...type, ...headers } }));
  browser.take(response.headers.getSetCookie());
  return response;
}

/** A session of somebody with these roles. */
async function as(id: string, roles: readonly Role[], namespace = "default"): Promise<void> {
  const person = { id, namespace, roles, groups: [], name: null, via: "test" };
  browser.take([await people.begin(person, browser.request(origin))]);
}

/** What the forms of a page send along unseen. */
async function hiddenOf(path: string): Promise<Record<string, string>> {
  const text = await (await visit(path)).text();
  const fields = text.matchAll(/<input type="hidden" name="(csrf|revision|evidence)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name = "", value = ""]) => [name, value]));
}

const decide = { do: "decide", outcome: "approve" };

test("whoever is not signed in is asked to, comes to what they asked for, decides there and signs out", async () => {
  const path = `/inbox/${hold.id}?view=open`;
  const asked = await visit(path);
  expect(asked.status).toBe(401);
  expect(await asked.text()).toContain(`name="return" value="${path}"`);
  const wrong = await visit("/inbox/sign-in", { name: "ana", password: "wrong", return: path });
  expect([wrong.status, browser.cookies.size]).toEqual([422, 0]);
  const right = await visit("/inbox/sign-in", { name: "ana", password, return: path });
  expect([right.status, right.headers.get("location")]).toEqual([303, path]);
  const elsewhere = await visit("/inbox/sign-in", { name: "ana", password, return: "//evil.example" });
  expect(elsewhere.headers.get("location")).toBe("/inbox");

  const done = await visit(path, { ...(await hiddenOf(path)), ...decide, note: "fine" });
  expect([done.status, done.headers.get("location")]).toEqual([303, `${path}&done=1`]);
  expect((await engine.hold(hold.id)).decision).toMatchObject({
    value: { approved: true },
    note: "fine",
    channel: "inbox",
  });
  const { csrf = "" } = await hiddenOf("/inbox");
  expect(await (await visit("/inbox/sign-out", { csrf })).text()).toContain("You are signed out");
  const { items } = await auditLog(engine).page({ by: "ana" }, { limit: 5 });
  expect(items.map(({ action, target, outcome }) => [action, target.hold ?? null, outcome])).toEqual([
    ["session.sign-out", null, "done"],
    ["session.sign-out", null, "asked"],
    ["inbox.decide", hold.id, "done"],
    ["inbox.decide", hold.id, "asked"],
    ["session.sign-in", null, "done"],
  ]);
  expect((await visit("/inbox")).status).toBe(401);
});

test("of holds that are decided together each has its lines in the audit log", async () => {
  await as("ana", ["reviewer"]);
  const path = `/inbox/${hold.id}`;
  const { csrf = "", revision = "", evidence = "" } = await hiddenOf(path);
  const seen = { [`revision.${hold.id}`]: revision, [`evidence.${hold.id}`]: evidence, hold: hold.id };
  const refused = await visit(`${path}/similar`, { csrf, outcome: "approve", ...seen });
  const done = await visit(`${path}/similar`, { csrf, outcome: "approve", note: "all alike", ...seen });
  expect([refused.status, done.status]).toEqual([422, 200]);
  const { items } = await auditLog(engine).page({ action: "inbox.*" }, { limit: 10 });
  expect(items.map(({ action, target, outcome, code }) => [action, target.hold, outcome, code])).toEqual([
    ["inbox.decide", hold.id, "done", null],
    ["inbox.decide", hold.id, "asked", null],
    ["inbox.decide", hold.id, "refused", "VALIDATION"],
  ]);
});

test("a problem that is not ours to tell is not told when somebody signs in", async () => {
  const page = async (problem: string) => {
    const response = await visit(`/inbox/sign-in?problem=${problem}`);
    return [response.status, (await response.text()).includes("Please begin again")];
  };
  const [status] = await page("");
  expect(await page("SIGN_IN_FAILED")).toEqual([422, true]);
  for (const name of ["toString", "__proto__", "constructor"]) expect(await page(name), name).toEqual([status, false]);
});

test("a form from another site, without the session's token, or of another session decides nothing", async () => {
  await as("ana", ["reviewer"]);
  const path = `/inbox/${hold.id}`;
  const hidden = await hiddenOf(path);
  const { csrf: _csrf, ...without } = hidden;
  expect((await visit(path, { ...without, ...decide })).status).toBe(403);
  expect((await visit(path, { ...hidden, ...decide }, { origin: "https://evil.example" })).status).toBe(403);
  expect((await visit(path, { ...hidden, ...decide }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  await as("ana", ["reviewer"]);
  expect((await visit(path, { ...hidden, ...decide })).status).toBe(403);
  expect((await engine.hold(hold.id)).status).toBe("open");
});

test("roles and namespaces: a viewer looks, nobody without a role does, and another namespace has nothing of it", async () => {
  const path = `/inbox/${hold.id}`;
  await as("ana", ["viewer"]);
  expect(await (await visit(path)).text()).toContain("your role does not let you");
  expect((await visit(path, { ...(await hiddenOf("/inbox")), ...decide })).status).toBe(403);
  await as("ana", []);
  expect((await visit("/inbox")).status).toBe(403);
  await as("ana", ["admin"], "elsewhere");
  expect((await visit(path)).status).toBe(403);
  expect((await engine.hold(hold.id)).status).toBe("open");
  await as("zoe", ["reviewer"]);
  expect(await (await visit(path)).text()).toContain("&quot;zoe&quot; is not among those who may");
});

test("where something else than a session signs people in, a form must say that it comes from here", async () => {
  const local = holdpoint(engine, { authenticate: loopbackUser({ id: "ana" }) });
  const send = (headers: Record<string, string>, form?: Record<string, string>): Promise<Response> =>
    Promise.resolve(
      local.request(
        `${origin}/inbox/${hold.id}`,
        {
          headers: { host: "localhost:4400", "content-type": "application/x-www-form-urlencoded", ...headers },
          ...(form && { method: "POST", body: new URLSearchParams(form).toString() }),
        },
        { incoming: { socket: { remoteAddress: "127.0.0.1", remotePort: 1, remoteFamily: "IPv4" } } },
      ),
    );
  const text = await (await send({})).text();
  const value = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
  const form = { csrf: value("csrf"), revision: value("revision"), evidence: value("evidence"), ...decide };
  expect(text).toContain("Signed in as <strong>ana</strong>");
  expect(text).not.toContain("Sign out");
  expect((await send({}, form)).status).toBe(403);
  expect((await send({ origin: "https://evil.example" }, form)).status).toBe(401);
  expect((await engine.hold(hold.id)).status).toBe("open");
  expect((await send({ origin, "sec-fetch-site": "same-origin" }, form)).status).toBe(303);
  expect((await engine.hold(hold.id)).decidedBy).toBe("ana");
});

test("mounted below another path its pages lead to each other there; switched off it is not there", async () => {
  const authenticate = async () => ({ id: "ana", namespace: "default", roles: ["reviewer" as const] });
  const { Hono } = await import("hono");
  const outer = new Hono().route("/holds", holdpoint(engine, { authenticate }));
  const text = await (await outer.request("/holds/inbox")).text();
  expect(text).toContain(`href="/holds/inbox/${hold.id}"`);
  expect((await holdpoint(engine, { authenticate, inbox: false }).request("/inbox")).status).toBe(404);
});

test("somebody whose role is for some workflows does not see the holds of all", async () => {
  const workflows = ["ref*"];
  const authenticate = async () => ({ id: "ben", namespace: "default", roles: ["reviewer" as const], workflows });
  const response = await holdpoint(engine, { authenticate }).request("/inbox");
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("for some of them")]);
});
