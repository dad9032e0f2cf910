import { z } from "zod";
import { pageOf, pageQuery } from "../page.ts";
import { Group, OwnSubstitution, Person, Substitution, WriteGroup, WritePerson, WriteSubstitution } from "../people.ts";
import { route } from "../route.ts";
import { newId, word } from "../text.ts";

const tag = "People";
const read = "people:read" as const;
const manage = "people:manage" as const;
const personParams = z.object({ person: newId });
const groupParams = z.object({ group: newId });
const memberParams = z.object({ group: newId, person: newId });
const substitutionParams = z.object({
  substitution: z.string().regex(/^s_[0-9a-f]{16}$/, "must be a substitution's id: s_…"),
});
const guarded = "What is there already is replaced with its ETag as `If-Match` only: of two who edit, one is told.";
const behalf =
  "The substitute decides on behalf of the person, as far as the person could. Whoever a hold's rules exclude stays excluded as a substitute, and nobody stands in for an excluded person.";

export const peopleRoutes = {
  "people.list": route({
    tag,
    summary: "List people",
    description:
      "Whom the directory in the store knows, by name. Groups that the application's code gives are not here.",
    permission: read,
    query: z.strictObject({
      search: word().optional().describe("those whose name, screen name or mail address has it"),
      ...pageQuery,
    }),
    success: { 200: pageOf(Person) },
  }),
  "people.show": route({
    tag,
    summary: "Show a person",
    permission: read,
    params: personParams,
    success: { 200: Person },
    etag: "gives",
  }),
  "people.put": route({
    tag,
    summary: "Add a person, or change what is said of them",
    description: guarded,
    permission: manage,
    params: personParams,
    body: WritePerson,
    success: { 200: Person },
    etag: "takes",
  }),
  "people.remove": route({
    tag,
    summary: "Forget a person",
    description:
      "They are in no group any more, and their substitutions end. What they decided stays under their name.",
    permission: manage,
    params: personParams,
    success: { 204: null },
    etag: "takes",
  }),
  "groups.list": route({
    tag,
    summary: "List groups",
    description: "Those kept in the store, by name, with their members.",
    permission: read,
    success: { 200: z.object({ items: z.array(Group) }) },
  }),
  "groups.show": route({
    tag,
    summary: "Show a group",
    permission: read,
    params: groupParams,
    success: { 200: Group },
    etag: "gives",
  }),
  "groups.put": route({
    tag,
    summary: "Make a group, or say anew who is in it",
    description: `It counts with the next decision, on every server. ${guarded}`,
    permission: manage,
    params: groupParams,
    body: WriteGroup,
    success: { 200: Group },
    etag: "takes",
  }),
  "groups.remove": route({
    tag,
    summary: "Remove a group",
    description: "Its people stay. Holds that name it have those members yet that the application's code gives.",
    permission: manage,
    params: groupParams,
    success: { 204: null },
    etag: "takes",
  }),
  "groups.addMember": route({
    tag,
    summary: "Add a member",
    description: "Whoever else changes the group at the same time. The same again is no error.",
    permission: manage,
    params: memberParams,
    success: { 200: Group },
  }),
  "groups.removeMember": route({
    tag,
    summary: "Remove a member",
    permission: manage,
    params: memberParams,
    success: { 200: Group },
  }),
  "substitutions.list": route({
    tag,
    summary: "List who stands in for whom",
    description: "Those that count, those that are planned, and those that ended in the last thirty days.",
    permission: read,
    query: z.strictObject({ person: newId.optional().describe("who is away, or stands in") }),
    success: { 200: z.object({ items: z.array(Substitution) }) },
  }),
  "substitutions.add": route({
    tag,
    summary: "Let somebody stand in for somebody else",
    description: behalf,
    permission: manage,
    body: WriteSubstitution,
    success: { 201: Substitution },
  }),
  "substitutions.show": route({
    tag,
    summary: "Show a substitution",
    permission: read,
    params: substitutionParams,
    success: { 200: Substitution },
    etag: "gives",
  }),
  "substitutions.change": route({
    tag,
    summary: "Change a substitution",
    description: "Needs `If-Match` with its ETag.",
    permission: manage,
    params: substitutionParams,
    body: WriteSubstitution,
    success: { 200: Substitution },
    etag: "takes",
  }),
  "substitutions.remove": route({
    tag,
    summary: "End a substitution",
    description: "It does not count any more, from the next decision on.",
    permission: manage,
    params: substitutionParams,
    success: { 204: null },
    etag: "takes",
  }),
  "me.substitutions": route({
    tag,
    summary: "List who stands in for you, and for whom you do",
    permission: "signed-in",
    success: { 200: z.object({ items: z.array(Substitution) }) },
  }),
  "me.addSubstitution": route({
    tag,
    summary: "Let somebody stand in for you",
    description: `${behalf} Whoever may decide only for some workflows names those they hand over.`,
    permission: "holds:decide",
    body: OwnSubstitution,
    success: { 201: Substitution },
  }),
  "me.removeSubstitution": route({
    tag,
    summary: "Be back",
    description: "Nobody stands in for you by it any more. Only where you are who is away.",
    permission: "signed-in",
    params: substitutionParams,
    success: { 204: null },
  }),
};
