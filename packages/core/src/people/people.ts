import { NotFoundError } from "../errors.ts";
import type { Page, PageOf } from "../store/store.ts";
import { FieldChecks } from "./check-fields.ts";
import type { StoredGroup } from "./groups.ts";
import type { Kept, PeopleChange, PeopleRecords } from "./people-records.ts";
import type { StoredDirectory } from "./stored-directory.ts";
import type { StoredSubstitution } from "./substitutions.ts";

/** Somebody whom the directory in the store knows. */
export interface Person {
  /** The name under which they act: `by` of what they do, a reviewer's name in a hold. */
  id: string;
  /** How they are called on a screen; null where nobody said. */
  name: string | null;
  /** Where mail reaches them; null where nobody said. */
  mail: string | null;
  /** The groups of the store that they are in, by name. */
  groups: string[];
  createdAt: Date;
  updatedAt: Date;
  /** Who changed it last; null where nobody was named. */
  updatedBy: string | null;
  /** Raised by every change: give it back to change what was read, and nothing newer. */
  revision: number;
}

/** What a person's record says. */
export interface StoredPerson {
  name: string | null;
  mail: string | null;
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
}

/** Who changes something, and what they take it for. */
export interface ChangeOptions {
  /** Who does it. */
  by?: string;
  /** The revision that was read, or `absent`: it is changed only if that still stands. Default: whatever stands there. */
  revision?: number | "absent";
}

/**
 * The people whom the directory in the store knows: `engine.people`. Nobody has to be in it to decide a hold that names them; it says how they are called and where mail reaches them, and
 * it is where groups take their members from.
 *
 * @example
 * await engine.people.put("ana", { name: "Ana Lima", mail: "ana@example.com" });
 * const { items } = await engine.people.list({ search: "lima" });
 * console.log(items[0]?.groups);
 */
export class PeopleBook {
  private readonly records: PeopleRecords;
  private readonly directory: StoredDirectory;

  constructor(records: PeopleRecords, directory: StoredDirectory) {
    this.records = records;
    this.directory = directory;
  }

  /** People by their names here, a page at a time; with `search` those whose name, screen name or mail address has it. */
  async list({ search, limit = 50, cursor = null }: Partial<Page> & { search?: string } = {}): Promise<PageOf<Person>> {
    const items: Person[] = [];
    const wanted = search?.toLowerCase();
    for await (const kept of this.records.each<StoredPerson>("person", cursor)) {
      const { name, mail } = kept.value;
      if (wanted !== undefined && ![kept.id, name, mail].some((text) => text?.toLowerCase().includes(wanted))) continue;
      // One more than fits: there is a next page.
      if (items.length === limit) return { items, cursor: items.at(-1)?.id ?? null };
      items.push(await this.view(kept));
    }
    return { items, cursor: null };
  }

  /** Throws `NotFoundError`. */
  async get(id: string): Promise<Person> {
    const kept = await this.records.read<StoredPerson>("person", id);
    if (kept === null) throw new NotFoundError("person", id, "the directory in the store does not know them");
    return this.view(kept);
  }

  /**
   * Adds somebody, or changes what is said of them: `name` and `mail` are what they are from now on; what is left out is nothing.
   *
   * @throws ValidationError a name or an address cannot be one; ChangedError it is not what `revision` says
   */
  async put(
    id: string,
    { name = null, mail = null }: { name?: string | null; mail?: string | null },
    { by, revision }: ChangeOptions = {},
  ): Promise<Person> {
    const isMail = mail === null || /^[^\s@]+@[^\s@]+$/.test(mail);
    new FieldChecks("person")
      .name("id", id)
      .line("name", name)
      .line("mail", mail, 320)
      .that(isMail, "mail", "must be a mail address")
      .done();
    const known = await this.records.read<StoredPerson>("person", id);
    const now = this.records.place.now();
    const value: StoredPerson = {
      name,
      mail,
      createdAt: known?.value.createdAt ?? now,
      updatedAt: now,
      updatedBy: by ?? null,
    };
    const change: PeopleChange = { kind: "person", id, value, expected: revision ?? "any" };
    const written = await this.records.write([change], `person "${id}"`);
    return this.view({ id, value, revision: written ?? 0 });
  }

  /**
   * Forgets somebody: they are in no group any more, and nobody stands in for them, nor they for anybody. What they decided stays.
   *
   * @throws NotFoundError; ChangedError they are not what `revision` says
   */
  async remove(id: string, { by, revision }: ChangeOptions = {}): Promise<void> {
    const known = await this.records.read<StoredPerson>("person", id);
    if (known === null) throw new NotFoundError("person", id);
    const drop: PeopleChange = { kind: "person", id, value: null, expected: revision ?? known.revision };
    await this.records.write([drop, ...(await this.without(id, by ?? null))], `person "${id}"`);
    // Whoever was added to a group meanwhile.
    for (;;) {
      const [first, ...rest] = await this.without(id, by ?? null);
      if (first === undefined) return;
      await this.records.write([first, ...rest], `group "${first.id}"`).catch((error: { code?: unknown }) => {
        if (error.code !== "PRECONDITION_FAILED") throw error;
      });
    }
  }

  /** What takes somebody out of every group and every substitution. */
  private async without(person: string, by: string | null): Promise<PeopleChange[]> {
    const changes: PeopleChange[] = [];
    const now = this.records.place.now();
    for await (const { id, value, revision } of this.records.each<StoredGroup>("personGroup")) {
      if (!value.members.includes(person)) continue;
      const members = value.members.filter((one) => one !== person);
      const after: StoredGroup = { ...value, members, updatedAt: now, updatedBy: by };
      changes.push({ kind: "personGroup", id, value: after, expected: revision });
    }
    for await (const { id, value, revision } of this.records.each<StoredSubstitution>("substitution"))
      if (value.person === person || value.substitute === person)
        changes.push({ kind: "substitution", id, value: null, expected: revision });
    return changes;
  }

  private async view({ id, value, revision }: Kept<StoredPerson>): Promise<Person> {
    const { name, mail, createdAt, updatedAt, updatedBy } = value;
    const groups = [...(await this.directory.groupsOf(id))];
    return {
      id,
      name,
      mail,
      groups,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      updatedBy,
      revision,
    };
  }
}
