import assert from "node:assert/strict";
import { GroupBook } from "../../people/groups.ts";
import { PeopleBook } from "../../people/people.ts";
import { PeopleRecords } from "../../people/people-records.ts";
import { StoredDirectory } from "../../people/stored-directory.ts";
import { SubstitutionBook } from "../../people/substitutions.ts";
import type { Store } from "../store.ts";
import { namespace, t0 } from "./builders.ts";
import { cases } from "./case.ts";

const day = 86_400_000;

/** A process that works with the people of a store. */
function officeOf(store: Store, { of = namespace, at = t0 }: { of?: string; at?: number } = {}) {
  const records = new PeopleRecords({ store, namespace: of, now: () => at, open: async () => {} });
  const directory = new StoredDirectory(records);
  const people = new PeopleBook(records, directory);
  return { people, groups: new GroupBook(records), substitutions: new SubstitutionBook(records), directory };
}

export const peopleCases = cases("people", {
  "a change of one process is what the directory of another says at once, and in its own namespace only": async (
    store,
  ) => {
    const [here, there, elsewhere] = [officeOf(store), officeOf(store), officeOf(store, { of: "elsewhere" })];
    assert.equal(await there.directory.members("finance"), null);
    await here.groups.put("finance", { members: ["cleo", "ana", "ana"] }, { by: "root" });
    assert.deepEqual(await there.directory.members("finance"), ["ana", "cleo"]);
    await here.groups.add("finance", "größer ✓");
    await here.groups.drop("finance", "cleo");
    assert.deepEqual(await there.directory.members("finance"), ["ana", "größer ✓"]);
    assert.deepEqual(await there.directory.groupsOf("ana"), ["finance"]);
    const away = { person: "ana", substitute: "ben", until: new Date(t0 + day), workflows: ["pay"] };
    const { id } = await here.substitutions.add(away, { by: "ana" });
    const until = new Date(t0 + day);
    const said = { person: "ana", substitute: "ben", until, scope: { workflows: ["pay"] } };
    assert.deepEqual(await there.directory.substitutions(), [said]);
    assert.equal(await elsewhere.directory.members("finance"), null);
    assert.deepEqual(await elsewhere.directory.substitutions(), []);
    assert.deepEqual((await elsewhere.people.list()).items, []);
    await here.substitutions.remove(id);
    await here.groups.remove("finance");
    assert.equal(await there.directory.members("finance"), null);
    assert.deepEqual(await there.directory.substitutions(), []);
  },
  "of several who change what they read one does; those who add members all do": async (store) => {
    const first = officeOf(store);
    const offices = [first, ...Array.from({ length: 4 }, () => officeOf(store))];
    const { revision } = await first.groups.put("legal", { members: ["lea"] });
    const changes = await Promise.allSettled(
      offices.map(({ groups }, n) => groups.put("legal", { members: [`only-${n}`] }, { revision })),
    );
    assert.equal(changes.filter(({ status }) => status === "fulfilled").length, 1);
    for (const change of changes)
      if (change.status === "rejected") assert.equal(change.reason.code, "PRECONDITION_FAILED");
    await Promise.all(offices.map(({ groups }, n) => groups.add("legal", `more-${n}`)));
    const { members } = await first.groups.get("legal");
    assert.deepEqual(members.slice(0, 5), ["more-0", "more-1", "more-2", "more-3", "more-4"]);
    assert.equal(members.length, 6);
    const made = await Promise.allSettled(
      offices.map(({ groups }) => groups.put("new", { members: [] }, { revision: "absent" })),
    );
    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
  },
  "members are people; who is forgotten is in no group and in no substitution": async (store) => {
    const { people, groups, substitutions, directory } = officeOf(store);
    await people.put("ana", { name: "Ana Lima", mail: "ana@example.com" }, { by: "root" });
    await groups.put("finance", { description: "pays", members: ["ana", "ben"] });
    await groups.put("legal", { members: ["ana"] });
    await substitutions.add({ person: "ben", substitute: "ana" });
    const known = await people.get("ana");
    assert.deepEqual([known.name, known.mail, known.groups], ["Ana Lima", "ana@example.com", ["finance", "legal"]]);
    assert.equal(await directory.mailOf("ana"), "ana@example.com");
    const first = await people.list({ limit: 1 });
    const second = await people.list({ limit: 1, cursor: first.cursor });
    assert.deepEqual(
      [...first.items, ...second.items].map(({ id }) => id),
      ["ana", "ben"],
    );
    assert.equal(second.cursor, null);
    assert.deepEqual(
      (await people.list({ search: "LIMA" })).items.map(({ id }) => id),
      ["ana"],
    );
    await assert.rejects(people.remove("ana", { revision: known.revision - 1 }), { code: "PRECONDITION_FAILED" });
    await people.remove("ana", { revision: known.revision });
    await assert.rejects(people.get("ana"), { code: "NOT_FOUND" });
    assert.deepEqual(await directory.members("finance"), ["ben"]);
    assert.deepEqual(await directory.members("legal"), []);
    assert.deepEqual(await substitutions.list(), []);
  },
  "a substitution is planned, active and over by its times, and gone a month after": async (store) => {
    const from = new Date(t0 + day);
    const until = new Date(t0 + 3 * day);
    const { id } = await officeOf(store).substitutions.add({ person: "ana", substitute: "ben", from, until });
    const stateAt = async (at: number) =>
      (await officeOf(store, { at }).substitutions.list({ person: "ben" })).map((one) => one.state);
    assert.deepEqual(await stateAt(t0), ["planned"]);
    assert.deepEqual(await stateAt(t0 + day), ["active"]);
    assert.deepEqual(await stateAt(t0 + 3 * day), ["over"]);
    assert.deepEqual(await stateAt(t0 + 33 * day), []);
    assert.deepEqual(await officeOf(store).substitutions.list({ person: "cleo" }), []);
    const change = { person: "ana", substitute: "cleo", from, until };
    const { revision } = await officeOf(store).substitutions.get(id);
    await officeOf(store).substitutions.change(id, change, { revision });
    await assert.rejects(officeOf(store).substitutions.change(id, change, { revision }), {
      code: "PRECONDITION_FAILED",
    });
  },
  "what cannot be is refused by its field": async (store) => {
    const { people, groups, substitutions } = officeOf(store);
    const refused = (work: Promise<unknown>, path: string) =>
      assert.rejects(work, (error: { code: string; issues: { path: string }[] }) => {
        assert.equal(error.code, "VALIDATION");
        assert.ok(
          error.issues.some((issue) => issue.path === path),
          JSON.stringify(error.issues),
        );
        return true;
      });
    await refused(people.put("", {}), "id");
    await refused(people.put("a", { mail: "nowhere" }), "mail");
    await refused(groups.put("g", { members: ["ok", "line\nbreak"] }), "members.1");
    await refused(groups.put("g", { members: Array.from({ length: 1001 }, (_, n) => `p${n}`) }), "members");
    await refused(substitutions.add({ person: "ana", substitute: "ana" }), "substitute");
    await refused(substitutions.add({ person: "ana", substitute: "ben", until: new Date(t0) }), "until");
    const [from, until] = [new Date(t0 + 2 * day), new Date(t0 + day)];
    await refused(substitutions.add({ person: "ana", substitute: "ben", from, until }), "until");
    await refused(substitutions.add({ person: "ana", substitute: "ben", groups: [] }), "groups");
  },
});
