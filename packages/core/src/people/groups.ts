import { InvalidStateError, NotFoundError } from "../errors.ts";
import { FieldChecks } from "./check-fields.ts";
import type { ChangeOptions, StoredPerson } from "./people.ts";
import type { Kept, PeopleChange, PeopleRecords } from "./people-records.ts";

/** A group of people, as holds name it. */
export interface PeopleGroup {
  /** What holds and grants call it: `finance`. */
  name: string;
  /** What it is for; null where nobody said. */
  description: string | null;
  /** Who is in it, in the order of their names. */
  members: string[];
  createdAt: Date;
  updatedAt: Date;
  /** Who changed it last; null where nobody was named. */
  updatedBy: string | null;
  /** Raised by every change: give it back to change what was read, and nothing newer. */
  revision: number;
}

/** What a group's record says. */
export interface StoredGroup {
  description: string | null;
  members: string[];
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
}

/** So many in a group: a group is one record, written whole. */
const mostMembers = 1000;
/** So many groups in a namespace: rules look at all of them after a change. */
const mostGroups = 1000;

/**
 * The groups that are kept in the store: `engine.groups`. The rules of holds ask them beside the directory that the application gives.
 *
 * @example
 * await engine.groups.put("finance", { members: ["ana", "ben"] }, { by: "root" });
 * await engine.groups.add("finance", "cleo", { by: "root" });
 */
export class GroupBook {
  private readonly records: PeopleRecords;

  constructor(records: PeopleRecords) {
    this.records = records;
  }

  /** All of them, by name. */
  async list(): Promise<PeopleGroup[]> {
    const groups: PeopleGroup[] = [];
    for await (const kept of this.records.each<StoredGroup>("personGroup")) groups.push(viewOf(kept));
    return groups;
  }

  /** Throws `NotFoundError`. */
  async get(name: string): Promise<PeopleGroup> {
    return viewOf(await this.kept(name));
  }

  /**
   * Makes a group, or says anew what it is for and who is in it. Members whom the store does not know yet are added to its people.
   *
   * @throws ValidationError a name cannot be one; InvalidStateError there are 1,000 groups; ChangedError it is not what `revision` says
   */
  async put(
    name: string,
    { description = null, members }: { description?: string | null; members: readonly string[] },
    { by, revision }: ChangeOptions = {},
  ): Promise<PeopleGroup> {
    new FieldChecks("group")
      .name("name", name)
      .line("description", description, 1000)
      .names("members", members, mostMembers)
      .done();
    const known = await this.records.read<StoredGroup>("personGroup", name);
    if (known === null && (await this.list()).length >= mostGroups)
      throw new InvalidStateError(`there are ${mostGroups} groups already; remove one first`);
    return this.write(name, known, { description, members }, { by: by ?? null, expected: revision ?? "any" });
  }

  /** Takes somebody into a group, whoever else changes it at the same time. Throws `NotFoundError`, `ValidationError`. */
  add(name: string, person: string, { by }: { by?: string } = {}): Promise<PeopleGroup> {
    new FieldChecks("group").name("person", person).done();
    return this.change(name, by ?? null, (members) => [...members, person]);
  }

  /** Takes somebody out of a group, whoever else changes it at the same time. Throws `NotFoundError` also where they are not in it. */
  drop(name: string, person: string, { by }: { by?: string } = {}): Promise<PeopleGroup> {
    return this.change(name, by ?? null, (members) => {
      if (!members.includes(person)) throw new NotFoundError("member", person, `"${name}" has no such member`);
      return members.filter((one) => one !== person);
    });
  }

  /** Removes a group; its people stay. Throws `NotFoundError`, `ChangedError`. */
  async remove(name: string, { revision }: ChangeOptions = {}): Promise<void> {
    const known = await this.kept(name);
    const drop: PeopleChange = { kind: "personGroup", id: name, value: null, expected: revision ?? known.revision };
    await this.records.write([drop], `group "${name}"`);
  }

  private async kept(name: string): Promise<Kept<StoredGroup>> {
    const kept = await this.records.read<StoredGroup>("personGroup", name);
    if (kept === null) throw new NotFoundError("group", name, "list those in the store with `groups`");
    return kept;
  }

  private async change(
    name: string,
    by: string | null,
    how: (members: readonly string[]) => string[],
  ): Promise<PeopleGroup> {
    for (;;) {
      const known = await this.kept(name);
      const { description } = known.value;
      const members = [...new Set(how(known.value.members))];
      new FieldChecks("group").names("members", members, mostMembers).done();
      try {
        return await this.write(name, known, { description, members }, { by, expected: known.revision });
      } catch (error) {
        // Somebody else was quicker: once more, with what they made of it.
        if ((error as { code?: unknown }).code !== "PRECONDITION_FAILED") throw error;
      }
    }
  }

  private async write(
    name: string,
    known: Kept<StoredGroup> | null,
    { description, members }: { description: string | null; members: readonly string[] },
    { by, expected }: { by: string | null; expected: number | "absent" | "any" },
  ): Promise<PeopleGroup> {
    const now = this.records.place.now();
    const value: StoredGroup = {
      description,
      members: [...new Set(members)].sort(),
      createdAt: known?.value.createdAt ?? now,
      updatedAt: now,
      updatedBy: by,
    };
    const before = new Set(known?.value.members);
    const person: StoredPerson = { name: null, mail: null, createdAt: now, updatedAt: now, updatedBy: by };
    // Those who are known stay as they are.
    const added = value.members
      .filter((one) => !before.has(one))
      .map((id): PeopleChange => ({ kind: "person", id, value: person, expected: "absent" }));
    const group: PeopleChange = { kind: "personGroup", id: name, value, expected };
    const revision = await this.records.write([group, ...added], `group "${name}"`);
    return viewOf({ id: name, value, revision: revision ?? 0 });
  }
}

function viewOf({ id, value, revision }: Kept<StoredGroup>): PeopleGroup {
  const { description, members, createdAt, updatedAt, updatedBy } = value;
  const times = { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
  return { name: id, description, members: [...members], ...times, updatedBy, revision };
}
