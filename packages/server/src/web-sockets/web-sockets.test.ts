import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Office } from "../fixtures/office.ts";
import { readFrames } from "../fixtures/stream-reader.ts";
import { type RunningServer, type ServeOptions, serve } from "../serve.ts";

let office: Office;
let server: RunningServer;
let key: string;
const sockets: WebSocket[] = [];

const begin = async (options: ServeOptions = {}): Promise<void> => {
  office = await new Office(options).open();
  const silent = (): void => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  server = await serve(office.engine, { keys: office.keys, port: 0, log, ...options });
  key = await office.key("operator", "olga");
};
beforeEach(() => {
  sockets.length = 0;
});
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await server.stop();
  await office.close();
});

/** A connection, and how it ended: the status of a refused handshake, or the code and reason of its close. */
function open(path: string, headers: Record<string, string> = {}): { socket: WebSocket; ended: Promise<string> } {
  const socket = new WebSocket(new URL(path, server.url.replace(/^http/, "ws")), { headers });
  sockets.push(socket);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("unexpected-response", (_request, response) => resolve(`refused ${response.statusCode}`));
  socket.on("close", (code, reason) => resolve(`${code} ${reason}`));
  socket.on("error", () => {});
  return { socket, ended: promise };
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** A handshake by hand, to which headers are added or in which they are replaced. */
function shake(changes: Record<string, string> = {}, options: { allowHalfOpen?: boolean } = {}): Socket {
  const headers = {
    ...{ host: "localhost", ...bearer(), connection: "Upgrade", upgrade: "websocket" },
    ...{ "sec-websocket-version": "13", "sec-websocket-key": `${"A".repeat(22)}==` },
    ...changes,
  };
  const socket = connect({ port: server.port, host: "127.0.0.1", ...options });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`${["GET /api/v1/events HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n`);
  return socket;
}

/** Resolves when a stream can be opened, and closes it again. */
async function roomForOne(): Promise<void> {
  const attempt = async (): Promise<number> => {
    const response = await fetch(new URL("/api/v1/events", server.url), { headers: bearer() });
    await response.body?.cancel();
    return response.status;
  };
  await expect.poll(attempt, { timeout: 15_000 }).toBe(200);
}

test("a run's events come over a WebSocket as over server-sent events, from a place on, and its end closes it", async () => {
  await begin();
  const run = await office.engine.run("echo", { text: "a" });
  await run.signal("said", { text: "b" });
  await run.result();
  const path = `/api/v1/runs/${run.id}/events?after=1.1`;
  const { socket, ended } = open(path, bearer());
  let text = "";
  socket.on("message", (data) => {
    text += String(data);
  });
  expect(await ended).toBe("1000 it has ended");
  const streamed = await (await fetch(new URL(path, server.url), { headers: bearer() })).text();
  expect(readFrames(text)).toEqual(readFrames(streamed));
  expect(readFrames(text).at(-1)?.event).toBe("end");
  expect(await open(`/api/v1/runs/${run.id}/events?after=1.99`, bearer()).ended).toBe("1000 it has ended");
});

test("who may not follow is refused in the handshake, or told so after the first message", async () => {
  await begin();
  const wrong = `Bearer hp_AAAAAAAAAAAA_${"A".repeat(43)}`;
  expect(await open("/api/v1/events", { authorization: wrong }).ended).toBe("refused 401");
  expect(await open("/api/v1/runs/none/events", bearer()).ended).toBe("refused 404");
  expect(await open("/api/v1/runs", bearer()).ended).toBe("refused 400");
  expect(await open("/nothing", bearer()).ended).toBe("refused 404");
  const messages = [
    [JSON.stringify({ authorization: wrong }), "4401"],
    ["hello", "4401"],
    [JSON.stringify({ authorization: `Bearer ${key}`, after: "\n" }), "4401"],
    [JSON.stringify({ authorization: `Bearer ${key}`, after: "yesterday" }), "4422"],
    ["x".repeat(30_000), "1009"],
  ];
  for (const [message = "", code = ""] of messages) {
    const { socket, ended } = open("/api/v1/events");
    await once(socket, "open");
    socket.send(message);
    expect((await ended).slice(0, 4), message.slice(0, 40)).toBe(code);
  }
});

test("a page of another origin cannot connect, whoever is signed in in its browser, unless its origin is listed", async () => {
  await begin({ cors: { origins: ["https://desk.example"] } });
  for (const [origin, opens] of [
    ["https://evil.example", false],
    ["null", false],
    [server.url, true],
    ["https://desk.example", true],
  ] as const) {
    const { socket, ended } = open("/api/v1/events", { ...bearer(), origin });
    if (!opens) expect(await ended, origin).toBe("refused 403");
    else await once(socket, "message");
  }
});

test("a reader that does not answer pings is dropped, and leaves room for others", async () => {
  await begin({ heartbeat: "40ms", patience: "80ms", limits: { streams: 1 } });
  const dead = shake();
  dead.resume();
  // It reads, but says nothing: no pong.
  await once(dead, "close");
  await roomForOne();
});

test("a reader that takes nothing is dropped, and nothing piles up for it", async () => {
  await begin({ patience: "50ms", heartbeat: "20ms", limits: { streams: 1 } });
  const { socket, ended } = open("/api/v1/events?after=0", bearer());
  await once(socket, "open");
  socket.pause();
  // More than the sockets of both sides can hold.
  const attributes = { text: "x".repeat(60_000) };
  for (let n = 0; n < 120; n++) await office.engine.run("echo", { text: "a" }, { attributes });
  await roomForOne();
  socket.resume();
  expect(await ended).toMatch(/^1006/);
});

test("WebSockets end when the server stops, those that have not said who they are, too", async () => {
  await begin();
  const known = open("/api/v1/events", bearer());
  const stranger = open("/api/v1/events");
  await Promise.all([once(known.socket, "message"), once(stranger.socket, "open")]);
  await server.stop();
  expect([await known.ended, await stranger.ended]).toEqual(Array(2).fill("1001 this server is shutting down"));
});

test("a handshake that becomes no connection takes nobody's room", async () => {
  await begin({ limits: { streams: 1 } });
  for (const [name, value, status] of [
    ["sec-websocket-key", "short", 400],
    ["sec-websocket-version", "12", 426],
    ["sec-websocket-protocol", ",", 400],
  ] as const) {
    const socket = shake({ [name]: value });
    const [answer] = await once(socket, "data");
    expect(String(answer), name).toContain(`HTTP/1.1 ${status} `);
    await roomForOne();
    socket.destroy();
  }
});

test("who is gone before the handshake is answered takes nobody's room", async () => {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await begin({
    limits: { streams: 1 },
    authenticate: async () => {
      asked.resolve();
      await gone.promise;
      return { id: "olga", namespace: "default", roles: ["operator"] };
    },
  });
  const socket = shake({ authorization: "Bearer of another kind" });
  await asked.promise;
  socket.resetAndDestroy();
  // The server has heard of it when it has answered who came later.
  await fetch(new URL("/healthz", server.url));
  gone.resolve();
  await roomForOne();
});

test("the server stops though a reader takes nothing, or a refused one does not hang up", async () => {
  await begin({ drain: "100ms" });
  const { socket, ended } = open("/api/v1/events?after=0", bearer());
  await once(socket, "open");
  socket.pause();
  const refused = shake({ "sec-websocket-version": "12" }, { allowHalfOpen: true });
  refused.on("error", () => {});
  await once(refused, "data");
  // More than the sockets of both sides can hold.
  const attributes = { text: "x".repeat(60_000) };
  for (let n = 0; n < 120; n++) await office.engine.run("echo", { text: "a" }, { attributes });
  await server.stop();
  refused.destroy();
  socket.resume();
  expect(await ended).toMatch(/^1006/);
});
