import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { createEngine, memoryStore } from "@holdpoint/core";
import { countingStore } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { testSecret } from "../fixtures/office.ts";
import { anything } from "../fixtures/workflows.ts";
import { holdpoint } from "../holdpoint.ts";
import { apiKeys } from "../keys/api-keys.ts";
import { serve } from "../serve.ts";

test("starts that come together are one write with their audit lines, and a few reads, however many they are", async () => {
  const store = countingStore(memoryStore());
  // Nobody works here: what is counted is the server's.
  const engine = createEngine({ store, workflows: [anything] });
  await engine.open();
  const keys = apiKeys({ engine, secret: testSecret });
  const app = holdpoint(engine, { keys });
  const { key } = await keys.create({ name: "k", person: "ada", namespace: "default", roles: ["admin"] }, null);
  const start = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ workflow: "anything", input: { n: 1 } });
    return (await app.request("/api/v1/runs", { method: "POST", headers, body })).status;
  };
  // The first one writes down when the key was used.
  expect(await start()).toBe(201);
  for (const many of [1, 100]) {
    store.reset();
    expect(new Set(await Promise.all(Array.from({ length: many }, start)))).toEqual(new Set([201]));
    const { methods, operations } = store.counts;
    expect(operations).toMatchObject({ start: many, log: 0, putRecord: 0 });
    expect(methods.run).toBe(0);
    // The key and the roles given to it: once for those who come together, twice at most where some come a turn later.
    expect(methods.record).toBeLessThanOrEqual(many === 1 ? 2 : 4);
    expect(methods.commit).toBeLessThanOrEqual(many === 1 ? 1 : 2);
  }
  await engine.stop();
});

test("a start is written in the turn of the event loop in which it arrived, also though its key and its sender's roles are read before", async () => {
  const store = memoryStore();
  const engine = createEngine({ store, workflows: [anything] });
  await engine.open();
  const keys = apiKeys({ engine, secret: testSecret });
  const { key } = await keys.create({ name: "k", person: "ada", namespace: "default", roles: ["admin"] }, null);
  const server = await serve(engine, { keys, port: 0 });
  const body = '{"workflow":"anything"}';
  const lines = [
    "POST /api/v1/runs HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${key}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  /** In one piece: a body that comes later has a turn of its own. */
  const start = async (): Promise<string> => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    return (await text(socket)).slice(0, 12);
  };
  // The first one writes down when the key was used.
  expect(await start()).toBe("HTTP/1.1 201");

  let turns = 0;
  let counting = false;
  const turn = (): void => {
    turns++;
    if (counting) setImmediate(turn);
  };
  const { record, commit } = store;
  // Counts from the turn in which the key is read: it has begun by then.
  store.record = (namespace, kind, ...rest) => {
    if (kind === "apiKey" && !counting) {
      counting = true;
      setImmediate(turn);
    }
    return record.call(store, namespace, kind, ...rest);
  };
  const written: number[] = [];
  store.commit = ((...all: Parameters<typeof commit>) => {
    written.push(turns);
    return commit.apply(store, all);
  }) as typeof commit;
  expect(await start()).toBe("HTTP/1.1 201");
  counting = false;
  expect(written).toEqual([0]);
  await server.stop();
  await engine.stop();
});
