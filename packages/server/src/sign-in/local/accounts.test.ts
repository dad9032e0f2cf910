import { afterEach, beforeEach, expect, test } from "vitest";
import { networkOf } from "../../access/network.ts";
import { Browser, Office } from "../fixtures/office.ts";
import { fingerprint } from "../secret-text.ts";
import { type Sessions, sessions } from "../session/sessions.ts";
import { type LocalAccounts, localAccounts } from "./accounts.ts";
import { Passwords } from "./password.ts";
import { fromBase32, totpCode } from "./totp.ts";

const origin = "https://hp.example";
const secret = "at least 32 characters nobody can guess";
const password = "correct horse battery";
const minute = 60_000;

/** At a low cost, and counted. */
class Counted extends Passwords {
  derived = 0;
  protected override work(...call: Parameters<Passwords["work"]>) {
    this.derived += 1;
    return super.work(...call);
  }
}

let office: Office;
let people: Sessions;
let passwords: Counted;
let accounts: LocalAccounts;
beforeEach(() => {
  office = new Office();
  people = sessions({ engine: office.engine, origin, now: office.now });
  passwords = new Counted(10);
  accounts = localAccounts({ engine: office.engine, sessions: people, secret, passwords, now: office.now });
});
afterEach(() => office.close());

const ana = {
  name: "Ana@Example.com",
  person: "ana",
  displayName: "Ana",
  namespace: "default",
  roles: ["reviewer"],
  groups: ["finance"],
} as const;
const invited = async () => {
  const { token } = await accounts.invite(ana, "admin");
  await accounts.accept(token, password);
};
const signIn = (more: Partial<{ name: string; password: string; code: string }> = {}, address = "192.0.2.1") =>
  accounts.signIn({ name: "ana@example.com", password, ...more }, { address });
const failed = { status: 401, code: "SIGN_IN_FAILED" };
const invitation = { status: 403, code: "INVITATION" };
const stored = async () =>
  JSON.stringify(
    await Promise.all(
      ["account", "invitation", "signInTries"].map((kind) =>
        office.engine.store.records("_installation", kind, { limit: 100, now: office.time }),
      ),
    ),
  );
const session = async () => {
  const browser = new Browser();
  browser.take([await people.begin(await signIn(), browser.request(origin))]);
  return async () => (await people.authenticate(browser.request(origin)))?.id ?? null;
};
const enrol = async () => {
  const { secret: shared } = await accounts.beginTotp({ name: ana.name, password });
  const code = (steps = 0) => totpCode(fromBase32(shared), Math.floor(office.time / 30_000) + steps);
  await accounts.confirmTotp(ana.name, code());
  office.time += minute;
  return code;
};

test("somebody who is invited sets a password by the link, once, and signs in with it", async () => {
  const { link, token, expiresAt } = await accounts.invite(ana, "admin");
  expect([link, expiresAt.getTime()]).toEqual([`${origin}/invitation#${token}`, office.time + 3 * 24 * 60 * minute]);
  await expect(signIn()).rejects.toMatchObject(failed);
  await accounts.accept(token, password);
  expect(await signIn()).toEqual({
    id: "ana",
    namespace: "default",
    roles: ["reviewer"],
    groups: ["finance"],
    name: "Ana",
    via: "local:ana@example.com",
  });
  expect(await signIn({ name: " ANA@example.COM " })).toMatchObject({ id: "ana" });
  await expect(accounts.accept(token, "another password here")).rejects.toMatchObject(invitation);
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("an invitation is good once even for two who use it at once, for three days, and its token is not in the store", async () => {
  const { token } = await accounts.invite(ana, "admin");
  expect(await stored()).toContain(fingerprint(token));
  expect(await stored()).not.toContain(token);
  const both = await Promise.allSettled([
    accounts.accept(token, password),
    accounts.accept(token, "another password here"),
  ]);
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const late = await accounts.invite({ ...ana, name: "ben" }, "admin");
  office.time = late.expiresAt.getTime();
  await expect(accounts.accept(late.token, password)).rejects.toMatchObject(invitation);
  for (const none of ["", "x", "A".repeat(43), "../x"])
    await expect(accounts.accept(none, password)).rejects.toMatchObject(invitation);
});

test("a password that is refused does not use the invitation up", async () => {
  const { token } = await accounts.invite(ana, "admin");
  await expect(accounts.accept(token, "short")).rejects.toMatchObject({ status: 422, code: "PASSWORD" });
  await accounts.accept(token, password);
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("nobody is invited over an account that is there, by an earlier invitation neither", async () => {
  const earlier = await accounts.invite({ ...ana, roles: ["admin"] }, "admin");
  await invited();
  await expect(accounts.invite(ana, "admin")).rejects.toMatchObject({ code: "INVALID_STATE" });
  await expect(accounts.accept(earlier.token, "another password here")).rejects.toMatchObject(invitation);
  expect(await signIn()).toMatchObject({ roles: ["reviewer"] });
});

test("a wrong password, a name nobody has, an account without a password and one that is shut get the same answer for the same work", async () => {
  await invited();
  await accounts.accept((await accounts.invite({ ...ana, name: "shut" }, null)).token, password);
  await accounts.setDisabled("shut", true);
  await accounts.accept((await accounts.invite({ ...ana, name: "reset" }, null)).token, password);
  await accounts.reset("reset");
  const answers = [];
  for (const [name, typed] of [
    ["ana@example.com", "wrong password!"],
    ["nobody", password],
    ["shut", password],
    ["reset", password],
    ["__proto__", ""],
    ["x".repeat(5000), password],
  ]) {
    const before = passwords.derived;
    const error = await signIn({ name: name ?? "", password: typed ?? "" }).catch((one: unknown) => one);
    const { status, code, message, headers } = error as {
      status: number;
      code: string;
      message: string;
      headers: object;
    };
    answers.push({ status, code, message, headers, derived: passwords.derived - before });
  }
  for (const answer of answers)
    expect(answer).toEqual({ ...failed, message: "name, password or code is wrong", headers: {}, derived: 1 });
});

test("guessing is slowed down for a person from an address, and others are not held to account", async () => {
  await invited();
  for (let tries = 0; tries < 5; tries++)
    await expect(signIn({ password: "wrong password!" })).rejects.toMatchObject(failed);
  await expect(signIn({ password: "wrong password!" })).rejects.toMatchObject(failed);
  // The sixth began a wait: the right password does not end it.
  await expect(signIn()).rejects.toMatchObject({
    status: 429,
    code: "TOO_MANY_TRIES",
    headers: { "retry-after": "1" },
  });
  expect(await signIn({}, "198.51.100.9")).toMatchObject({ id: "ana" });
  office.time += 1000;
  await expect(signIn({ password: "wrong password!" })).rejects.toMatchObject(failed);
  await expect(signIn()).rejects.toMatchObject({ status: 429, headers: { "retry-after": "2" } });
  office.time += 2000;
  expect(await signIn()).toMatchObject({ id: "ana" });
  // Signed in: the tries are forgotten.
  for (let tries = 0; tries < 5; tries++)
    await expect(signIn({ password: "wrong password!" })).rejects.toMatchObject(failed);
});

test("many guesses at once are no more than one after the other", async () => {
  await invited();
  const derived = passwords.derived;
  const all = await Promise.allSettled(Array.from({ length: 25 }, () => signIn({ password: "wrong password!" })));
  const codes = all.map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "in"));
  expect(codes.filter((code) => code === "SIGN_IN_FAILED")).toHaveLength(6);
  expect(passwords.derived - derived).toBe(6);
});

test("guessing from many addresses is slowed down by person, and for many names by address, whether there is such a person or not", async () => {
  await invited();
  const from = async (name: string, count: number, address: (n: number) => string, nameOf = (_n: number) => name) => {
    let free = 0;
    for (let n = 0; n < count; n++) {
      const code = await signIn({ name: nameOf(n), password: "wrong password!" }, address(n)).catch(
        (error: { code: string }) => error.code,
      );
      if (code === "SIGN_IN_FAILED") free += 1;
    }
    return free;
  };
  const anywhere = (n: number) => `198.51.100.${n}`;
  expect([await from("ana@example.com", 30, anywhere), await from("nobody", 30, anywhere)]).toEqual([21, 21]);
  expect(
    await from(
      "",
      60,
      () => "203.0.113.1",
      (n) => `name-${n}`,
    ),
  ).toBe(51);
  office.time += 15 * minute;
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("an address of IPv6 stands for its network", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("2001:db8:1:2::9")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:3::9")).not.toBe(networkOf("2001:db8:1:2::9"));
  expect([
    networkOf("::1"),
    networkOf("fe80::1%eth0"),
    networkOf("::ffff:192.0.2.1"),
    networkOf("192.0.2.1"),
    networkOf(null),
  ]).toEqual(["0:0:0:0::/64", "fe80:0:0:0::/64", "192.0.2.1", "192.0.2.1", "unknown"]);
});

test("an administrator's reset ends the password and all sessions at once; the last link sets a new one", async () => {
  await invited();
  const who = await session();
  const first = await accounts.reset("ana@example.com");
  const second = await accounts.reset("ANA@example.com");
  expect(await who()).toBeNull();
  await expect(signIn()).rejects.toMatchObject(failed);
  await expect(accounts.accept(first.token, "another password here")).rejects.toMatchObject(invitation);
  await accounts.accept(second.token, "another password here");
  expect(await signIn({ password: "another password here" })).toMatchObject({ id: "ana", roles: ["reviewer"] });
  await expect(accounts.accept(second.token, password)).rejects.toMatchObject(invitation);
  await expect(accounts.reset("nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("with another password the other sessions end, and the old password is worth nothing", async () => {
  await invited();
  const who = await session();
  await expect(
    accounts.changePassword({ name: ana.name, password: "wrong password!" }, "another password here"),
  ).rejects.toMatchObject(failed);
  await expect(accounts.changePassword({ name: ana.name, password }, "short")).rejects.toMatchObject({
    code: "PASSWORD",
  });
  expect(await who()).toBe("ana");
  await accounts.changePassword({ name: ana.name, password }, "another password here");
  expect(await who()).toBeNull();
  await expect(signIn()).rejects.toMatchObject(failed);
});

test("an account that is shut, or given other rights, loses its sessions", async () => {
  await invited();
  const before = await session();
  await accounts.setRights(ana.name, { roles: ["viewer"] });
  expect(await before()).toBeNull();
  expect(await signIn()).toMatchObject({ roles: ["viewer"], groups: ["finance"] });
  const after = await session();
  await accounts.setDisabled(ana.name, true);
  expect(await after()).toBeNull();
  await accounts.setDisabled(ana.name, false);
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("a second factor is asked for once an app has shown its code, and each code counts once", async () => {
  await invited();
  const { secret: shared, uri } = await accounts.beginTotp({ name: ana.name, password });
  expect(uri).toContain(`otpauth://totp/hp.example:ana%40example.com?secret=${shared}`);
  expect(await signIn()).toMatchObject({ id: "ana" });
  await expect(accounts.confirmTotp(ana.name, "000000")).rejects.toMatchObject(failed);
  const code = () => totpCode(fromBase32(shared), Math.floor(office.time / 30_000));
  await accounts.confirmTotp(ana.name, code());
  await expect(signIn()).rejects.toMatchObject({ status: 401, code: "CODE_REQUIRED" });
  // The code that confirmed it is used up.
  await expect(signIn({ code: code() })).rejects.toMatchObject(failed);
  office.time += minute;
  expect(await signIn({ code: code() })).toMatchObject({ id: "ana" });
  await expect(signIn({ code: code() })).rejects.toMatchObject(failed);
  office.time += minute;
  const both = await Promise.allSettled([signIn({ code: code() }), signIn({ code: code() })]);
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("whoever does not know the password does not learn that there is a second factor, and codes are not guessed", async () => {
  await invited();
  await enrol();
  await expect(signIn({ password: "wrong password!" })).rejects.toMatchObject(failed);
  const answers = [];
  for (let tries = 0; tries < 8; tries++)
    answers.push(await signIn({ code: "000000" }).catch((error: { code: string }) => error.code));
  expect(answers).toEqual([...Array<string>(5).fill("SIGN_IN_FAILED"), ...Array<string>(3).fill("TOO_MANY_TRIES")]);
});

test("a factor that is being replaced counts until the new one is confirmed; taking it away takes everything", async () => {
  await invited();
  const old = await enrol();
  await accounts.beginTotp({ name: ana.name, password, code: old() });
  office.time += minute;
  await expect(signIn()).rejects.toMatchObject({ code: "CODE_REQUIRED" });
  expect(await signIn({ code: old() })).toMatchObject({ id: "ana" });
  office.time += minute;
  await expect(accounts.removeTotp({ name: ana.name, password })).rejects.toMatchObject({ code: "CODE_REQUIRED" });
  await accounts.removeTotp({ name: ana.name, password, code: old() });
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("an administrator takes a lost authenticator away only where they say so", async () => {
  await invited();
  const code = await enrol();
  await accounts.accept((await accounts.reset(ana.name)).token, password);
  await expect(signIn()).rejects.toMatchObject({ code: "CODE_REQUIRED" });
  expect(await signIn({ code: code() })).toMatchObject({ id: "ana" });
  await accounts.accept((await accounts.reset(ana.name, { totp: true })).token, password);
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("neither passwords nor second factors are readable in the store, and no stranger's name is", async () => {
  await invited();
  const { secret: shared } = await accounts.beginTotp({ name: ana.name, password });
  await signIn({ name: "stranger@example.com" }).catch(() => {});
  const text = await stored();
  for (const one of [password, shared, "stranger"]) expect(text).not.toContain(one);
  expect(JSON.stringify(await accounts.list("default"))).not.toMatch(/scrypt|sealed/);
  expect(await accounts.list("other")).toEqual([]);
});

test("a hash that was made more cheaply is made anew at the next sign-in", async () => {
  await invited();
  const dearer = localAccounts({
    engine: office.engine,
    sessions: people,
    secret,
    passwords: new Passwords(11),
    now: office.now,
  });
  await dearer.signIn({ name: ana.name, password });
  expect(await stored()).toContain("scrypt$11$");
  expect(await signIn()).toMatchObject({ id: "ana" });
});

test("an account without a name, a tenant or a role that is one is refused", async () => {
  for (const bad of [{ name: " " }, { name: "a\nb" }, { namespace: "" }, { roles: [] }, { roles: ["root" as "admin"] }])
    await expect(accounts.invite({ ...ana, ...bad }, null)).rejects.toMatchObject({ code: "VALIDATION" });
});
