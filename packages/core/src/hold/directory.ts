import { ValidationError } from "../errors.ts";

/** Somebody stands in for somebody else: out of office. */
export interface Substitution {
  /** Who is away. */
  person: string;
  /** Who acts in their place. */
  substitute: string;
  /** From when. Default: always. */
  from?: Date;
  /** Until when, exclusive. Default: for ever. */
  until?: Date;
  /** For which holds. Default: all. Everything given must fit. */
  scope?: { workflows?: readonly string[]; groups?: readonly string[] };
}

/**
 * Who is who: the port through which rules about people ask. Your own list of people may stay the only one; what is kept in the store
 * (`engine.people`, `engine.groups`, `engine.substitutions`) is asked beside it. It is asked when somebody acts on a hold, never while a workflow replays.
 *
 * @example
 * import type { Directory } from "holdpoint";
 *
 * const teams = new Map([["finance", ["ana", "ben"]]]);
 * const directory: Directory = { members: async (team) => teams.get(team) ?? [] };
 */
export interface Directory {
  /** Everybody in a group; null when it cannot be listed (then `groupsOf` is asked about the person at hand). */
  members(group: string): readonly string[] | null | Promise<readonly string[] | null>;
  /** The groups a person is in. Only needed where groups cannot be listed. */
  groupsOf?(person: string): readonly string[] | Promise<readonly string[]>;
  /** A person's public Ed25519 keys (PEM), old ones among them: for decisions that are signed. */
  keysOf?(person: string): readonly string[] | Promise<readonly string[]>;
  /** Who stands in for whom. Dates and scope are applied by the rules. */
  substitutions?(): readonly Substitution[] | Promise<readonly Substitution[]>;
  /** Where mail reaches a person; null where nobody knows. For channels, never for rules. */
  mailOf?(person: string): string | null | Promise<string | null>;
}

/** What the directory said about everybody a decision about one hold may concern. Plain values: rules never wait. */
export interface Roster {
  /** By group; null for one that cannot be listed. */
  members: ReadonlyMap<string, readonly string[] | null>;
  /** By person, for groups that cannot be listed. */
  groupsOf: ReadonlyMap<string, readonly string[]>;
  substitutions: readonly Substitution[];
}

/** Where nobody is known. */
export const emptyRoster: Roster = { members: new Map(), groupsOf: new Map(), substitutions: [] };

/** Whether a person is in a group, as far as the roster knows. */
export function isMember(roster: Roster, person: string, group: string): boolean {
  const listed = roster.members.get(group);
  return (listed ?? null) === null
    ? (roster.groupsOf.get(person)?.includes(group) ?? false)
    : (listed as readonly string[]).includes(person);
}

/** Whether somebody stands in for somebody else at a moment, for a hold of this workflow in which the person's right comes from these groups. */
export function standsIn(
  substitution: Substitution,
  { at, workflow, groups }: { at: number; workflow: string; groups: readonly string[] },
): boolean {
  const { from, until, scope } = substitution;
  if (from && at < from.getTime()) return false;
  if (until && at >= until.getTime()) return false;
  if (scope?.workflows && !scope.workflows.includes(workflow)) return false;
  return !scope?.groups || scope.groups.some((group) => groups.includes(group));
}

/**
 * A directory that is written down: groups and who stands in for whom.
 *
 * @example
 * const directory = staticDirectory({
 *   groups: { finance: ["ana", "ben"], legal: ["eve"] },
 *   substitutions: [{ person: "eve", substitute: "leo", from: new Date("2026-08-01"), until: new Date("2026-08-15") }],
 * });
 * const engine = createEngine({ store: memoryStore(), workflows: [refund], directory });
 *
 * @throws ValidationError a group is no list of names, or a substitution is not complete
 */
export function staticDirectory(people: {
  groups?: Readonly<Record<string, readonly string[]>>;
  substitutions?: readonly Substitution[];
  /** Public Ed25519 keys (PEM) by person. */
  keys?: Readonly<Record<string, readonly string[]>>;
}): Directory {
  const groups = Object.entries(people.groups ?? {});
  for (const [group, members] of groups) {
    if (Array.isArray(members) && members.every((one) => typeof one === "string" && one !== "")) continue;
    throw new ValidationError("directory", [{ path: `groups.${group}`, message: "must be a list of names" }]);
  }
  for (const [index, { person, substitute, from, until }] of (people.substitutions ?? []).entries()) {
    const path = `substitutions.${index}`;
    if (!person || !substitute || person === substitute) {
      throw new ValidationError("directory", [{ path, message: "must name a person and another one as substitute" }]);
    }
    if (from && until && from >= until) {
      throw new ValidationError("directory", [{ path: `${path}.until`, message: "must lie after `from`" }]);
    }
  }
  const known = new Map(groups);
  return {
    members: (group) => known.get(group) ?? [],
    substitutions: () => people.substitutions ?? [],
    keysOf: (person) => (people.keys && Object.hasOwn(people.keys, person) ? (people.keys[person] ?? []) : []),
  };
}

/** Asks the directory all that rules about these groups and people need. */
export async function readRoster(
  directory: Directory | null,
  groups: readonly string[],
  people: readonly string[],
): Promise<Roster> {
  if (directory === null) return emptyRoster;
  const members = new Map<string, readonly string[] | null>();
  const [substitutions] = await Promise.all([
    directory.substitutions?.() ?? [],
    ...groups.map(async (group) => members.set(group, await directory.members(group))),
  ]);
  const groupsOf = new Map<string, readonly string[]>();
  if ([...members.values()].includes(null) && directory.groupsOf) {
    const acting = new Set(people);
    for (const { person, substitute } of substitutions) if (acting.has(substitute)) acting.add(person);
    await Promise.all([...acting].map(async (one) => groupsOf.set(one, (await directory.groupsOf?.(one)) ?? [])));
  }
  return { members, groupsOf, substitutions };
}
