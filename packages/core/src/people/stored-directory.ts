import type { Directory, Substitution } from "../hold/directory.ts";
import type { StoredGroup } from "./groups.ts";
import type { PeopleRecords } from "./people-records.ts";
import { type StoredSubstitution, substitutionOf } from "./substitutions.ts";

/** Groups and substitutions as they were at one version. */
interface Snapshot {
  version: number | null;
  members: ReadonlyMap<string, readonly string[]>;
  groupsOf: ReadonlyMap<string, readonly string[]>;
  substitutions: readonly Substitution[];
}

const empty: Snapshot = { version: null, members: new Map(), groupsOf: new Map(), substitutions: [] };

/**
 * The directory that is kept in the store. What it says is never stale: each look asks for the directory's version, one read by key that those who ask together share, and reads groups and
 * substitutions again only when somebody has changed them, in whichever process.
 */
export class StoredDirectory implements Directory {
  private readonly records: PeopleRecords;
  private known: Snapshot = empty;
  private next: Promise<Snapshot> | null = null;

  constructor(records: PeopleRecords) {
    this.records = records;
  }

  /** Everybody in a group; null where no such group is kept here. */
  async members(group: string): Promise<readonly string[] | null> {
    return (await this.look()).members.get(group) ?? null;
  }

  async groupsOf(person: string): Promise<readonly string[]> {
    return (await this.look()).groupsOf.get(person) ?? [];
  }

  async substitutions(): Promise<readonly Substitution[]> {
    return (await this.look()).substitutions;
  }

  /** A person's mail address; null where none is kept. */
  async mailOf(person: string): Promise<string | null> {
    return (await this.records.read<{ mail: string | null }>("person", person))?.value.mail ?? null;
  }

  /** Whoever asks in the same turn is answered by one look, which begins after all of them have asked. */
  private look(): Promise<Snapshot> {
    this.next ??= Promise.resolve().then(() => {
      this.next = null;
      return this.current();
    });
    return this.next;
  }

  private async current(): Promise<Snapshot> {
    const version = await this.records.version();
    if (version === null) return empty;
    if (version !== this.known.version) this.known = await this.load(version);
    return this.known;
  }

  /** Read after the version: whatever is changed meanwhile has another one, and is read again. */
  private async load(version: number): Promise<Snapshot> {
    const members = new Map<string, readonly string[]>();
    const groupsOf = new Map<string, string[]>();
    for await (const { id, value } of this.records.each<StoredGroup>("personGroup")) {
      members.set(id, value.members);
      for (const person of value.members) groupsOf.set(person, [...(groupsOf.get(person) ?? []), id]);
    }
    const substitutions: Substitution[] = [];
    for await (const { value } of this.records.each<StoredSubstitution>("substitution"))
      substitutions.push(substitutionOf(value));
    return { version, members, groupsOf, substitutions };
  }
}
