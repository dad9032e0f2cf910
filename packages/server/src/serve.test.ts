import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { createClient } from "@holdpoint/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loopbackUser } from "./access/loopback.ts";
import { Office } from "./fixtures/office.ts";
import { type RunningServer, serve } from "./serve.ts";

let office: Office;
let server: RunningServer;
beforeEach(async () => {
  office = await new Office().open();
  server = await serve(office.engine, { keys: office.keys, port: 0 });
});
afterEach(async () => {
  await server.stop();
  await office.close();
});

test("a client over the network starts a run, follows it and waits for its end", async () => {
  const client = createClient({ url: server.url, key: await office.key("operator", "olga") });
  const run = await client.runs.start({ workflow: "echo", input: { text: "a" } });
  const types: string[] = [];
  const follower = (async () => {
    for await (const event of client.runs.events({ run: run.id })) {
      types.push(event.type);
      if (event.type === "step.settled") await client.runs.signal({ run: run.id, name: "said", value: { text: "b" } });
    }
  })();
  expect((await client.runs.result({ run: run.id, wait: 30 })).output).toEqual({ text: "a", said: "b" });
  await follower;
  expect(types).toEqual(expect.arrayContaining(["step.settled", "signal.opened", "mail.signal"]));
  expect([types[0], types.at(-1), types.length]).toEqual(["run.opened", "run.settled", 5]);
});

test.each(["fetch", "websocket"] as const)(
  "a client follows all runs by %s through a restart of the server, and misses nothing",
  async (over) => {
    const key = await office.key("operator", "olga");
    const client = createClient({ url: server.url, key });
    const { port } = server;
    const aborter = new AbortController();
    const seen: string[] = [];
    const begun = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const event of client.events.follow(
        { type: ["run.completed"], after: "0" },
        { over, signal: aborter.signal },
      )) {
        if (event.type !== "lost") seen.push(event.run.id);
        begun.resolve();
        if (seen.length === 3) aborter.abort();
      }
    })();
    await (await office.engine.run("anything", 1, { id: "r1" })).result();
    await begun.promise;
    await server.stop();
    await (await office.engine.run("anything", 2, { id: "r2" })).result();
    server = await serve(office.engine, { keys: office.keys, port });
    await (await office.engine.run("anything", 3, { id: "r3" })).result();
    await following;
    expect(seen).toEqual(["r1", "r2", "r3"]);
    const stranger = createClient({ url: server.url, key: `hp_AAAAAAAAAAAA_${"A".repeat(43)}` });
    await expect(stranger.events.follow({}, { over }).next()).rejects.toMatchObject({ status: 401 });
  },
);

test("a taken port is said in a sentence", async () => {
  const taken = serve(office.engine, { port: server.port });
  await expect(taken).rejects.toMatchObject({ code: "LISTEN", message: expect.stringContaining("is taken") });
});

test("an idle connection is kept longer than proxies keep theirs", async () => {
  const { headers } = await fetch(`${server.url}/healthz`);
  expect(headers.get("keep-alive")).toBe("timeout=75");
});

test("stopping ends streams, answers what is under way, and takes nothing new", async () => {
  const client = createClient({ url: server.url, key: await office.key("operator", "olga") });
  const run = await client.runs.start({ workflow: "echo", input: { text: "a" } });
  const aborter = new AbortController();
  const stream = client.runs.events({ run: run.id }, { signal: aborter.signal });
  await stream.next();
  const reached = Promise.withResolvers<void>();
  const { get } = office.engine;
  office.engine.get = (id) => {
    reached.resolve();
    return get.call(office.engine, id) as never;
  };
  const waiting = client.runs.result({ run: run.id, wait: 60 });
  await reached.promise;
  const stopped = server.stop();
  expect((await waiting).status).toBe("parked");
  await stopped;
  aborter.abort();
  await expect(client.system.me()).rejects.toThrow();
});

test("whoever sits at this machine is signed in, and nobody's page with them", async () => {
  const dev = await serve(office.engine, { authenticate: loopbackUser({ id: "ana" }), port: 0 });
  try {
    const me = async (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const sent = httpRequest(
          `${dev.url}/api/v1/me`,
          { headers: { connection: "close", ...headers } },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        sent.on("error", reject).end();
      });
    expect(await me({})).toBe(200);
    expect(await me({ host: `localhost:${dev.port}` })).toBe(200);
    expect(await me({ origin: dev.url, "sec-fetch-site": "same-origin" })).toBe(200);
    expect(await me({ host: "rebound.evil.example" })).toBe(401);
    expect(await me({ origin: "https://evil.example" })).toBe(401);
    expect(await me({ "sec-fetch-site": "cross-site" })).toBe(401);
    expect(await me({ "x-forwarded-for": "203.0.113.9" })).toBe(401);
  } finally {
    await dev.stop();
  }
});

test("what is no HTTP at all does no harm", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write("\u0000\u0001 not http\r\n\r\n");
  const said = await new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (bytes) => (text += bytes.toString()));
    socket.on("close", () => resolve(text));
    socket.on("error", () => resolve(text));
  });
  expect(said).toMatch(/^HTTP\/1.1 400/);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("of servers that start at once one prints the first key, and later ones none", async () => {
  const keys = await Promise.all([
    office.keys.first("default"),
    office.keys.first("default"),
    office.keys.first("default"),
  ]);
  const made = keys.filter((key) => key !== null);
  expect(made).toHaveLength(1);
  expect(await office.keys.first("default")).toBeNull();
  expect(await createClient({ url: server.url, key: made[0] ?? "" }).system.me()).toMatchObject({ roles: ["admin"] });
});
