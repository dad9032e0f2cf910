import { once } from "node:events";
import { memoryStore } from "@holdpoint/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Office } from "../fixtures/office.ts";
import { Follower, serverSentEvents, type Transport, webSockets } from "../fixtures/transport.ts";
import { type RunningServer, serve } from "../serve.ts";
import type { Person } from "../sign-in/person.ts";

const transports: Transport[] = [serverSentEvents, webSockets];
const ana: Person = { id: "ana", namespace: "default", roles: ["operator"], groups: [], name: "Ana", via: "local:ana" };

/** The server they follow at, and another of the same store, where things are changed. */
let here: Office;
let there: Office;
let server: RunningServer;
const open: Follower[] = [];

beforeEach(async () => {
  const store = memoryStore();
  here = await new Office({ store }).open();
  there = new Office({ store });
  const { keys, signIn } = here;
  server = await serve(here.engine, { keys, signIn, port: 0, recheck: "20ms" });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await server.stop();
  await here.close();
  await there.close();
});

/** True once it has ended as it should: whoever reads it reconnects. */
async function isOver(follower: Follower): Promise<boolean> {
  while (await follower.frame());
  return true;
}

describe.each(transports)("over $name", (transport) => {
  const follow = (key: string, path?: string): Promise<Follower> => {
    const follower = new Follower(transport, path);
    open.push(follower);
    return follower.connect(server.url, key);
  };

  test("streams of a key that is revoked at another server end, and those of others do not", async () => {
    const key = await here.key("operator", "olga");
    const other = await here.key("operator", "otto");
    const run = await here.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r1" });
    await run.hold("approve refund");
    const paths = ["/api/v1/events", "/api/v1/runs/r1/events"];
    const followers = await Promise.all(paths.map((path) => follow(key, path)));
    const stays = await follow(other);
    const admin = await there.client("admin", "ada");
    const { items } = await admin.keys.list();
    await admin.keys.revoke({ key: items.find(({ person }) => person === "olga")?.id ?? "" });
    for (const follower of followers) expect(await isOver(follower)).toBe(true);
    await expect(follow(key)).rejects.toThrow(/401/);
    await here.engine.run("anything", 0, { id: "r2" });
    expect((await stays.until(1)).said).toEqual(["run.started r2"]);
  });

  test("a stream of somebody who is given or loses a role ends, and goes on with what they may see then", async () => {
    const made = {
      name: "vera's",
      person: "vera",
      namespace: "default",
      roles: ["viewer" as const],
      workflows: ["echo"],
    };
    const { key } = await here.keys.create(made, null);
    const admin = await there.client("admin", "ada");
    const start = async (id: string): Promise<void> => {
      await here.engine.run("anything", 0, { id: `any-${id}` });
      await here.engine.run("echo", { text: "x" }, { id: `echo-${id}` });
    };
    const follower = await follow(key, "/api/v1/events?type=run.started");
    await start("1");
    await follower.until(1);
    const given = await admin.access.bind({ person: "vera", role: "viewer", workflows: ["anything"] });
    expect(await isOver(follower)).toBe(true);
    await follower.connect(server.url, key);
    await start("2");
    await follower.until(3);
    await admin.access.unbind({ binding: given.id });
    expect(await isOver(follower)).toBe(true);
    await follower.connect(server.url, key);
    await start("3");
    await follower.until(4);
    const seen = ["echo-1", "any-2", "echo-2", "echo-3"];
    expect(follower.said).toEqual(seen.map((id) => `run.started ${id}`));
  });
});

test("a WebSocket that ends so says that it is not the end, and no refusal", async () => {
  const key = await here.key("operator", "olga");
  const headers = { authorization: `Bearer ${key}` };
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/v1/events`, { headers });
  const closed = once(socket, "close");
  await once(socket, "message");
  const admin = await there.client("admin", "ada");
  await admin.access.bind({ person: "olga", role: "reviewer" });
  expect((await closed)[0]).toBe(3000);
});

describe("a browser's stream", () => {
  const begin = async (person: Person): Promise<{ end: Promise<unknown>; headers: Record<string, string> }> => {
    const { headers } = await here.browserOf(person);
    const response = await fetch(new URL("/api/v1/events", server.url), { headers });
    expect(response.status).toBe(200);
    return { end: response.text(), headers };
  };
  const statusNow = async (headers: Record<string, string>) =>
    (await fetch(new URL("/api/v1/events", server.url), { headers })).status;

  test("ends with its session", async () => {
    const { end, headers } = await begin(ana);
    const admin = await there.client("admin", "ada");
    await admin.sessions.endAll({ person: "ana" });
    await end;
    expect(await statusNow(headers)).toBe(401);
  });

  test("ends when the account is disabled at another server", async () => {
    const admin = await there.client("admin", "ada");
    const { link } = await admin.accounts.invite({ name: "ben", roles: ["operator"] });
    await there.signIn.accounts?.accept(link.split("#")[1] ?? "", "correct horse battery staple");
    const ben = await here.signIn.accounts?.signIn({ name: "ben", password: "correct horse battery staple" });
    const { end, headers } = await begin(ben as Person);
    await there.signIn.accounts?.setDisabled("ben", true);
    await end;
    expect(await statusNow(headers)).toBe(401);
  });
});
