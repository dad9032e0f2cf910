import { InvalidStateError, NotFoundError } from "../errors.ts";
import type { Substitution } from "../hold/directory.ts";
import { randomText } from "../run/random-supply.ts";
import { FieldChecks } from "./check-fields.ts";
import type { ChangeOptions } from "./people.ts";
import type { Kept, PeopleChange, PeopleRecords } from "./people-records.ts";

/** Somebody stands in for somebody else, as it is kept in the store. */
export interface KeptSubstitution {
  id: string;
  /** Who is away. */
  person: string;
  /** Who decides on their behalf. */
  substitute: string;
  /** From when; null: at once. */
  from: Date | null;
  /** Until when, exclusive; null: until it is removed. */
  until: Date | null;
  /** For holds of these workflows only; null: of all. */
  workflows: string[] | null;
  /** Only where the person's right comes from these groups; null: from wherever. */
  groups: string[] | null;
  /** Why, for whoever reads the list. */
  note: string | null;
  /** Whether it counts at this moment. */
  state: "planned" | "active" | "over";
  createdAt: Date;
  createdBy: string | null;
  updatedAt: Date;
  updatedBy: string | null;
  /** Raised by every change: give it back to change what was read, and nothing newer. */
  revision: number;
}

/** What somebody says of a substitution. */
export interface WrittenSubstitution {
  person: string;
  substitute: string;
  from?: Date | null;
  until?: Date | null;
  workflows?: readonly string[] | null;
  groups?: readonly string[] | null;
  note?: string | null;
}

/** What a substitution's record says. Times are milliseconds since 1970. */
export interface StoredSubstitution {
  person: string;
  substitute: string;
  from: number | null;
  until: number | null;
  workflows: string[] | null;
  groups: string[] | null;
  note: string | null;
  createdAt: number;
  createdBy: string | null;
  updatedAt: number;
  updatedBy: string | null;
}

/** So long after its end it can still be looked at. */
const keptMs = 30 * 86_400_000;
/** So many in a namespace: rules look at all of them. */
const most = 2000;

/**
 * Who stands in for whom while they are away: `engine.substitutions`. While one counts, the substitute decides holds on behalf of the person, as far as the person could; each vote says on whose.
 * Whoever a hold's rules exclude stays excluded as a substitute too, and nobody stands in for an excluded person.
 *
 * @example
 * await engine.substitutions.add({ person: "ana", substitute: "ben", until: new Date("2026-08-15") }, { by: "ana" });
 */
export class SubstitutionBook {
  private readonly records: PeopleRecords;

  constructor(records: PeopleRecords) {
    this.records = records;
  }

  /** Those that count, that are planned, and that ended in the last thirty days, soonest first; of one person only with `person`, whichever side they are on. */
  async list({ person }: { person?: string } = {}): Promise<KeptSubstitution[]> {
    const now = this.records.place.now();
    const found: KeptSubstitution[] = [];
    for await (const kept of this.records.each<StoredSubstitution>("substitution")) {
      if (person !== undefined && kept.value.person !== person && kept.value.substitute !== person) continue;
      found.push(viewOf(kept, now));
    }
    const begin = ({ from, createdAt }: KeptSubstitution): number => (from ?? createdAt).getTime();
    return found.sort((a, b) => begin(a) - begin(b) || (a.id < b.id ? -1 : 1));
  }

  /** Throws `NotFoundError`. */
  async get(id: string): Promise<KeptSubstitution> {
    return viewOf(await this.kept(id), this.records.place.now());
  }

  /**
   * From now on, or from a time on, somebody stands in for somebody else.
   *
   * @throws ValidationError it names one person twice, or ends before it begins; InvalidStateError there are 2,000
   */
  async add(written: WrittenSubstitution, { by }: { by?: string } = {}): Promise<KeptSubstitution> {
    const now = this.records.place.now();
    const fields = fieldsOf(written, now);
    if ((await this.list()).length >= most)
      throw new InvalidStateError(`there are ${most} substitutions already; remove one first`);
    const who = by ?? null;
    const value = { ...fields, createdAt: now, createdBy: who, updatedAt: now, updatedBy: who };
    return this.write(`s_${randomText(8, "hex")}`, value, "absent");
  }

  /** Says anew what it is. Throws `NotFoundError`, `ValidationError`; `ChangedError` when it is not what `revision` says. */
  async change(
    id: string,
    written: WrittenSubstitution,
    { by, revision }: ChangeOptions = {},
  ): Promise<KeptSubstitution> {
    const known = await this.kept(id);
    const now = this.records.place.now();
    const { createdAt, createdBy } = known.value;
    const value = { ...fieldsOf(written, now), createdAt, createdBy, updatedAt: now, updatedBy: by ?? null };
    return this.write(id, value, revision ?? known.revision);
  }

  /** It does not count any more, and is gone. Throws `NotFoundError`, `ChangedError`. */
  async remove(id: string, { revision }: ChangeOptions = {}): Promise<void> {
    const known = await this.kept(id);
    const drop: PeopleChange = { kind: "substitution", id, value: null, expected: revision ?? known.revision };
    await this.records.write([drop], `substitution "${id}"`);
  }

  private async kept(id: string): Promise<Kept<StoredSubstitution>> {
    const kept = await this.records.read<StoredSubstitution>("substitution", id);
    if (kept === null) throw new NotFoundError("substitution", id, "list them with `substitutions`");
    return kept;
  }

  private async write(id: string, value: StoredSubstitution, expected: number | "absent"): Promise<KeptSubstitution> {
    const expiresAt = value.until === null ? null : value.until + keptMs;
    const change: PeopleChange = { kind: "substitution", id, value, expected, expiresAt };
    const revision = await this.records.write([change], `substitution "${id}"`);
    return viewOf({ id, value, revision: revision ?? 0 }, this.records.place.now());
  }
}

/** What a substitution says, as the rules of holds take it. */
export function substitutionOf(value: StoredSubstitution): Substitution {
  const { person, substitute, from, until, workflows, groups } = value;
  return {
    person,
    substitute,
    ...(from === null ? {} : { from: new Date(from) }),
    ...(until === null ? {} : { until: new Date(until) }),
    ...(workflows === null && groups === null
      ? {}
      : { scope: { ...(workflows === null ? {} : { workflows }), ...(groups === null ? {} : { groups }) } }),
  };
}

type Fields = Omit<StoredSubstitution, "createdAt" | "createdBy" | "updatedAt" | "updatedBy">;

function fieldsOf(written: WrittenSubstitution, now: number): Fields {
  const { person, substitute, note = null } = written;
  const [from, until] = [timeOf(written.from), timeOf(written.until)];
  const checks = new FieldChecks("substitution")
    .name("person", person)
    .name("substitute", substitute)
    .that(person !== substitute, "substitute", "must be somebody else")
    .that(!Number.isNaN(from), "from", "must be a date")
    .that(!Number.isNaN(until), "until", "must be a date")
    .that(until === null || from === null || from < until, "until", "must lie after `from`")
    .that(until === null || until > now, "until", "must lie in the future")
    .line("note", note, 1000);
  const [workflows, groups] = (["workflows", "groups"] as const).map((field) => {
    const names = written[field] ?? null;
    if (names === null) return null;
    checks.names(field, names, 100).that(names.length > 0, field, "must name at least one; leave it out for all");
    return [...new Set(names)];
  });
  checks.done();
  return { person, substitute, from, until, workflows: workflows ?? null, groups: groups ?? null, note };
}

const timeOf = (date: Date | null | undefined): number | null => date?.getTime() ?? null;

function viewOf({ id, value, revision }: Kept<StoredSubstitution>, now: number): KeptSubstitution {
  const { from, until, createdAt, updatedAt, ...rest } = value;
  const begun = from === null || from <= now;
  return {
    id,
    ...rest,
    from: from === null ? null : new Date(from),
    until: until === null ? null : new Date(until),
    state: until !== null && until <= now ? "over" : begun ? "active" : "planned",
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    revision,
  };
}
