import type { Directory } from "../hold/directory.ts";

type Kept = Pick<Directory, "members" | "groupsOf" | "substitutions" | "mailOf">;

/**
 * Two directories as one: the one an application gives, and the one kept in the store. A group's members are those of both, substitutions are those of both. Where neither can list a group, nobody can.
 */
export function joinedDirectory(given: Directory | undefined, stored: Required<Kept>): Directory {
  return {
    async members(group) {
      if (given === undefined) return stored.members(group);
      const [said, kept] = await Promise.all([given.members(group), stored.members(group)]);
      // What cannot be listed as a whole is asked of each person.
      if (said === null || kept === null) return said;
      return [...new Set([...said, ...kept])];
    },
    async groupsOf(person) {
      const both = await Promise.all([given?.groupsOf?.(person) ?? [], stored.groupsOf(person)]);
      return [...new Set(both.flat())];
    },
    async substitutions() {
      const both = await Promise.all([given?.substitutions?.() ?? [], stored.substitutions()]);
      return both.flat();
    },
    ...(given?.keysOf ? { keysOf: (person: string) => given.keysOf?.(person) ?? [] } : {}),
    async mailOf(person) {
      return (await given?.mailOf?.(person)) ?? (await stored.mailOf(person));
    },
  };
}
