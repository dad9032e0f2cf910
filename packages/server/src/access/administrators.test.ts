import { afterEach, beforeEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";

let office: Office;
beforeEach(async () => {
  office = new Office();
  await office.open();
});
afterEach(() => office.close());

const last = { status: 409, code: "LAST_ADMINISTRATOR" };
const password = "correct horse battery staple";

/** Somebody with an account, and a client of their browser. */
async function join(name: string, roles: ("admin" | "viewer")[]) {
  const { accounts } = office.signIn;
  const { token } = (await accounts?.invite({ name, namespace: "default", roles }, null)) ?? { token: "" };
  await accounts?.accept(token, password);
  const person = await accounts?.signIn({ name, password });
  if (person === undefined) throw new Error("nobody signed in");
  return (await office.browserOf(person)).client;
}

test("the last one who may manage access is neither removed nor disabled nor demoted", async () => {
  const ana = await join("ana", ["admin"]);
  await join("ben", ["viewer"]);
  const { etag: ifMatch } = await ana.accounts.show({ account: "ana" });
  await expect(ana.accounts.remove({ account: "ana" })).rejects.toMatchObject({
    ...last,
    message:
      'without the account "ana" nobody here could manage access any more; give somebody else the role admin first',
  });
  await expect(ana.accounts.disable({ account: "ana" })).rejects.toMatchObject(last);
  const demoted = ana.accounts.change({ account: "ana", roles: ["viewer"] }, { ifMatch });
  await expect(demoted).rejects.toMatchObject(last);
  expect(await ana.accounts.show({ account: "ana" })).toMatchObject({ roles: ["admin"], disabled: false });
  await ana.accounts.remove({ account: "ben" });

  await join("eve", ["admin"]);
  await ana.accounts.disable({ account: "eve" });
  await expect(ana.accounts.disable({ account: "ana" })).rejects.toMatchObject(last);
  await ana.accounts.enable({ account: "eve" });
  await ana.accounts.disable({ account: "ana" });
  await expect(ana.accounts.list()).rejects.toMatchObject({ status: 401 });
});

test("a key, a client or a given role is the last one as well", async () => {
  const key = await office.key("admin", "ada");
  const ada = office.clientOf(key);
  const [id = ""] = (await ada.keys.list()).items.map((one) => one.id);
  await expect(ada.keys.revoke({ key: id })).rejects.toMatchObject(last);
  const client = await ada.clients.register({ name: "robot", roles: ["admin"] });
  await ada.clients.revoke({ client: client.id });
  await join("ben", ["viewer"]);
  const binding = await ada.access.bind({ person: "ben", role: "admin" });
  await ada.keys.revoke({ key: id });
  const ben = await join("second", ["viewer"]).then(async () => {
    const person = await office.signIn.accounts?.signIn({ name: "ben", password });
    return person && (await office.browserOf(person)).client;
  });
  await expect(ben?.access.unbind({ binding: binding.id })).rejects.toMatchObject(last);
  await ben?.access.bind({ person: "second", role: "admin" });
  await ben?.access.unbind({ binding: binding.id });
});

test("of two who take each other's rights away at once, one stays", async () => {
  const [ana, ben] = [await join("ana", ["admin"]), await join("ben", ["admin"])];
  await Promise.allSettled([ana.accounts.disable({ account: "ben" }), ben.accounts.disable({ account: "ana" })]);
  const all = (await office.signIn.accounts?.list("default")) ?? [];
  expect(all.filter(({ disabled }) => !disabled).length).toBeGreaterThanOrEqual(1);
});

test("whom a provider vouches for stays an administrator whatever is taken away here", async () => {
  const key = await office.key("admin", "ada");
  const [id = ""] = (await office.keys.list("default")).map((one) => one.id);
  const person = { id: "olga", namespace: "default", roles: ["admin" as const], groups: [], name: null, via: "oidc:x" };
  const { client: olga } = await office.browserOf(person);
  await olga.keys.revoke({ key: id });
  await expect(office.clientOf(key).keys.list()).rejects.toMatchObject({ status: 401 });
});

test("nobody manages an account with more rights than their own, also by the groups it is put in", async () => {
  const owner = office.clientOf(await office.key("admin", "ada"));
  await owner.access.bind({ group: "chiefs", role: "admin" });
  const reading = ["workflows:read", "runs:read", "holds:read", "schedules:read"] as const;
  const scoped = await owner.keys.create({ name: "people", roles: ["admin"], scopes: ["access:manage", ...reading] });
  const people = office.clientOf(scoped.key);
  const more = { status: 403, code: "FORBIDDEN" };
  const invite = { name: "mallory", roles: ["viewer" as const] };
  await expect(people.accounts.invite({ ...invite, roles: ["admin"] })).rejects.toMatchObject(more);
  await expect(people.accounts.invite({ ...invite, groups: ["chiefs"] })).rejects.toMatchObject(more);
  await people.accounts.invite(invite);
  await join("chief", ["admin"]);
  await expect(people.accounts.reset({ account: "chief" })).rejects.toMatchObject(more);
});
