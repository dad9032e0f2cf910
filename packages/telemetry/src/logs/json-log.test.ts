import { createEngine, memoryStore, workflow } from "@holdpoint/core";
import { expect, test } from "vitest";
import { type JsonLogOptions, jsonLog } from "./json-log.ts";
import { withLogFields } from "./log-fields.ts";
import { logProbe } from "./log-probe.ts";

/** A log and the lines it wrote. */
function written(options: JsonLogOptions = {}) {
  const lines: string[] = [];
  const log = jsonLog({ ...options, to: { write: (line) => void lines.push(line) } });
  return { log, lines, objects: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const key = `hp_${"A1b2".repeat(3)}_${"s3cr".repeat(10)}abc`;
const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJlLW9mLWl0";

test("a line is one JSON object: time, level, message and fields", () => {
  const { log, lines, objects } = written({ base: { service: "refunds" } });
  log.info({ run: "r1", workflow: "refund", count: 3n, at: new Date(0) }, "two\nlines");
  log.debug({}, "too quiet to be written");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  const [line] = objects();
  expect(line).toMatchObject({ level: "info", msg: "two\nlines", service: "refunds", run: "r1", count: "3" });
  expect(line?.at).toBe("1970-01-01T00:00:00.000Z");
  expect(new Date(String(line?.time)).toISOString()).toBe(line?.time);
});

test("a line below the level is not looked at: its fields are not even read", () => {
  const { log, lines } = written({ level: "warn" });
  let reads = 0;
  const fields = {
    get costly() {
      return ++reads;
    },
  };
  for (const level of ["debug", "info", "warn", "error"] as const) log[level](fields, level);
  expect([reads, lines.length]).toEqual([2, 2]);
});

test("no secret is written, wherever it stands", () => {
  const { log, lines } = written({ level: "debug", redact: ["iban", "home_address"] });
  const secrets = ["s3cr", "c2lnbmF0dXJl", "hunter2", "b64b64b64", "tok3n", "DE89", "Elm Street", "sesame"];
  const fields = {
    headers: new Headers({ authorization: "Bearer hunter2hunter2", cookie: "session=hunter2", accept: "text/html" }),
    nested: { list: [{ Password: "hunter2", "X-Api-Key": "hunter2", client_secret: "hunter2" }] },
    url: new URL("https://holds.example.com/decide?token=tok3n-of-a-link&hold=h1"),
    link: "https://ana:hunter2@db.example.com/x?sig=hunter2#access_token=tok3n",
    invitation: `/auth/welcome#${"tok3n".repeat(10)}`,
    customer: { iban: "DE89 3704", homeAddress: "12 Elm Street", name: "Ana" },
    map: new Map([["token", "tok3n"]]),
    error: Object.assign(new Error(`key ${key} was refused`, { cause: new Error(`and ${jwt}`) }), {
      details: { secret: "sesame" },
    }),
  };
  log.error(fields, `Authorization: Basic b64b64b64b64 for ${key} and ${jwt}`);
  const text = lines.join("");
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  // What helps whoever looks is still there.
  for (const kept of ["hp_A1b2A1b2A1b2_[redacted]", "hold=h1", "Ana", "text/html", "was refused", "db.example.com"])
    expect(text).toContain(kept);
});

test("values that would break a log are written all the same", () => {
  const { log, objects } = written();
  const circle: Record<string, unknown> = { name: "a" };
  circle.self = circle;
  const deep = JSON.parse(`${'{"a":'.repeat(50)}1${"}".repeat(50)}`) as unknown;
  const polluting = JSON.parse('{"__proto__": {"admin": true}}') as unknown;
  log.warn({ circle, deep, polluting, bytes: new Uint8Array(9), fn: () => 1, bad: new Date(Number.NaN) }, "odd");
  const [line] = objects();
  expect(line).toMatchObject({ circle: { name: "a", self: "[circular]" }, bytes: "[9 bytes]", bad: null });
  expect(JSON.stringify(line)).toContain("[deeper]");
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("lines have the ids of what they are about: run, step, hold", async () => {
  const { log, objects } = written({ level: "debug" });
  const refund = workflow({ name: "refund" }, async (ctx) => {
    await ctx.step("look", () => ctx.log.info("found it", { orderId: "A-7" }));
    await ctx.approve("approve", { title: "Refund" });
    await ctx.step("pay", () => Promise.reject(new Error("no")));
  });
  const engine = createEngine({ store: memoryStore(), workflows: [refund], log, probes: [logProbe(log)] });
  await engine.start();
  const run = await engine.run(refund, undefined, { id: "r1" });
  const hold = await run.hold("approve");
  await engine.decide(hold, { approved: true }, { by: "ana" });
  await run.result().catch(() => {});
  await engine.stop();
  const of = { run: "r1", workflow: "refund" };
  const lines = objects();
  expect(lines.filter(({ run: id }) => id === "r1").map(({ msg }) => msg)).toEqual([
    "found it",
    "a step is done",
    "a hold is open",
    "a hold is decided",
    "a step failed",
    "a run has failed",
  ]);
  const line = (msg: string) => lines.find((one) => one.msg === msg);
  expect(line("found it")).toMatchObject({ ...of, step: "step:look#1", attempt: 1, orderId: "A-7" });
  expect(line("a hold is open")).toMatchObject({ ...of, hold: hold.id, name: "approve", severity: "medium" });
  expect(line("a hold is decided")).toMatchObject({ ...of, hold: hold.id, by: "ana" });
  expect(line("a step failed")).toMatchObject({ ...of, level: "warn", step: "step:pay#1" });
});

test("fields of what goes on are in every line of it, also later and inside of another", async () => {
  const { log, objects } = written();
  await withLogFields({ requestId: "q1" }, async () => {
    log.info({}, "first");
    await new Promise((resolve) => setImmediate(resolve));
    withLogFields({ step: "s" }, () => log.info({ step: "own" }, "second"));
  });
  log.info({}, "outside");
  expect(objects().map(({ requestId, step }) => [requestId, step])).toEqual([
    ["q1", undefined],
    ["q1", "own"],
    [undefined, undefined],
  ]);
});
