import { afterEach, beforeEach, expect, test } from "vitest";
import { ana, Browser, Office } from "../fixtures/office.ts";
import { fingerprint } from "../secret-text.ts";
import { type Sessions, sessions } from "./sessions.ts";

const origin = "https://hp.example";
const minute = 60_000;
let office: Office;
let people: Sessions;
let browser: Browser;

beforeEach(() => {
  office = new Office();
  people = sessions({ engine: office.engine, origin, idle: "1h", absolute: "1d", now: office.now });
  browser = new Browser();
});
afterEach(() => office.close());

const signIn = async (on = browser): Promise<string> => {
  const header = await people.begin(ana, on.request(origin), { address: "192.0.2.1" });
  on.take([header]);
  return header;
};
const who = async (on = browser) => (await people.authenticate(on.request(origin)))?.id ?? null;
const tokenOf = async () => {
  const session = await people.of(browser.request(origin));
  return session ? people.csrfToken(session) : "";
};
const change = (headers: Record<string, string>, method = "POST") =>
  people.authenticate(browser.request(origin, { method, headers }));

test("a session's cookie is for this host only, over HTTPS, hidden from scripts, and not sent by other sites' requests", async () => {
  const header = await signIn();
  expect(header).toMatch(/^__Host-holdpoint=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  expect(await who()).toBe("ana");
});

test("the session in a cookie is stored only as a hash", async () => {
  await signIn();
  const secret = browser.cookies.get(people.cookie) ?? "";
  const kinds = await Promise.all(
    ["session", "sessionOf"].map((kind) =>
      office.engine.store.records("_installation", kind, { limit: 10, now: office.time }),
    ),
  );
  const text = JSON.stringify(kinds);
  expect(text).toContain(fingerprint(secret));
  expect(text).not.toContain(secret);
  browser.cookies.set(people.cookie, fingerprint(secret));
  expect(await who()).toBeNull();
});

test("signing in makes a new session and ends the one the browser came with: a session given in advance is worth nothing", async () => {
  const attacker = new Browser();
  await signIn(attacker);
  const planted = attacker.cookies.get(people.cookie) ?? "";
  browser.cookies.set(people.cookie, planted);
  await signIn();
  expect(browser.cookies.get(people.cookie)).not.toBe(planted);
  expect([await who(), await who(attacker)]).toEqual(["ana", null]);
});

test("a session ends when nobody uses it, and after its whole time however much it is used", async () => {
  await signIn();
  office.time += 59 * minute;
  expect(await who()).toBe("ana");
  office.time += 59 * minute;
  expect(await who()).toBe("ana");
  office.time += 60 * minute;
  expect(await who()).toBeNull();
  await signIn();
  for (let passed = 0; passed < 24 * 60; passed += 30) {
    expect(await who()).toBe("ana");
    office.time += 30 * minute;
  }
  expect(await who()).toBeNull();
});

test("that a session was used is written once a minute at most", async () => {
  await signIn();
  const seen = async () => (await people.list(ana))[0]?.seenAt;
  const first = office.time;
  office.time += minute - 1;
  await who();
  expect(await seen()).toBe(first);
  office.time += 1;
  await who();
  expect(await seen()).toBe(office.time);
});

test("a stream that is open yet is no use of its session", async () => {
  await signIn();
  for (let n = 0; n < 59; n++) {
    office.time += minute;
    expect(await people.authenticate(browser.request(origin), { follows: true })).toMatchObject({ id: "ana" });
  }
  office.time += minute;
  expect(await people.authenticate(browser.request(origin), { follows: true })).toBeNull();
});

test("signing out ends the session, not only the cookie", async () => {
  await signIn();
  const thief = new Browser();
  thief.cookies.set(people.cookie, browser.cookies.get(people.cookie) ?? "");
  browser.take([await people.end(browser.request(origin))]);
  expect(browser.cookies.size).toBe(0);
  expect(await who(thief)).toBeNull();
});

test("a person's sessions are listed without what is in their cookies, and ended one by one or all at once", async () => {
  const others = [new Browser(), new Browser()];
  await signIn();
  for (const other of others) await signIn(other);
  const listed = await people.list(ana);
  expect(listed).toHaveLength(3);
  expect(JSON.stringify(listed)).not.toContain(browser.cookies.get(people.cookie));
  const mine = (await people.of(browser.request(origin)))?.id ?? "";
  expect(await people.revoke({ namespace: "default", id: "ben" }, mine)).toBe(false);
  expect(await people.revoke({ namespace: "other", id: "ana" }, mine)).toBe(false);
  expect(await who()).toBe("ana");
  expect(await people.revokeAll(ana, { except: mine })).toBe(2);
  expect([await who(), ...(await Promise.all(others.map(who)))]).toEqual(["ana", null, null]);
  expect(await people.revoke(ana, mine)).toBe(true);
  expect(await who()).toBeNull();
});

test("a session that was ended while it was being used does not come back", async () => {
  await signIn();
  office.time += 2 * minute;
  const [session] = await people.list(ana);
  const { store } = office.engine;
  const commit = store.commit.bind(store);
  // Between reading the session and writing that it was seen, somebody ends it.
  store.commit = (async (namespace: string, operations: Parameters<typeof commit>[1]) => {
    store.commit = commit;
    await people.revoke(ana, session?.id ?? "");
    return commit(namespace, operations);
  }) as typeof store.commit;
  await who();
  expect(await who()).toBeNull();
});

test("a session that begins while all of its person's are ended is ended with them", async () => {
  const { store } = office.engine;
  const commit = store.commit.bind(store);
  // Between listing the session and keeping it, an administrator ends all.
  store.commit = (async (namespace: string, operations: Parameters<typeof commit>[1]) => {
    if (operations[0]?.type === "putRecord" && operations[0].kind === "session") {
      store.commit = commit;
      expect(await people.revokeAll(ana)).toBe(1);
    }
    return commit(namespace, operations);
  }) as typeof store.commit;
  await expect(signIn()).rejects.toMatchObject({ status: 401, code: "SIGN_IN_FAILED" });
  expect(await store.records("_installation", "session", { limit: 10, now: office.time })).toEqual([]);
});

test("what changes something needs the session's token, from our own page", async () => {
  await signIn();
  const token = await tokenOf();
  expect((await change({ "x-csrf-token": token, origin }))?.id).toBe("ana");
  expect((await change({ "x-csrf-token": token, "sec-fetch-site": "same-origin" }))?.id).toBe("ana");
  const refused: Record<string, string>[] = [
    {},
    { origin },
    { "x-csrf-token": "" },
    { "x-csrf-token": `${token}A` },
    { "x-csrf-token": token, origin: "https://evil.example" },
    { "x-csrf-token": token, origin: "null" },
    { "x-csrf-token": token, origin: "https://hp.example.evil.example" },
    { "x-csrf-token": token, "sec-fetch-site": "cross-site" },
    { "x-csrf-token": token, "sec-fetch-site": "same-site" },
  ];
  for (const headers of refused)
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      await expect(change(headers, method)).rejects.toMatchObject({ status: 403, code: "CSRF" });
});

test("the token of another session does not count", async () => {
  await signIn();
  const theirs = await tokenOf();
  await signIn();
  await expect(change({ "x-csrf-token": theirs, origin })).rejects.toMatchObject({ code: "CSRF" });
});

test("a cookie that is malformed, unknown, huge or there twice is nobody's", async () => {
  await signIn();
  const good = browser.cookies.get(people.cookie) ?? "";
  const values = [
    "",
    "x",
    good.slice(1),
    `${good}A`,
    "A".repeat(43),
    `${good}; ${people.cookie}=${"B".repeat(43)}`,
    `${good}; x=${"y".repeat(20_000)}`,
  ];
  for (const value of values) {
    browser.cookies.set(people.cookie, value);
    expect([value.slice(0, 60), await who()]).toEqual([value.slice(0, 60), null]);
  }
});

test("plain HTTP is for localhost only", () => {
  const { engine } = office;
  for (const bad of [
    "http://hp.example",
    "ftp://hp.example",
    "hp.example",
    "https://a:b@hp.example",
    "https://hp.example/x",
  ])
    expect(() => sessions({ engine, origin: bad })).toThrow("sessions.origin: must be");
  expect(sessions({ engine, origin: "http://localhost:7070" }).cookie).toBe("holdpoint");
});
