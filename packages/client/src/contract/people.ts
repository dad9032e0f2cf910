import { z } from "zod";
import { moment, newId, prose, word } from "./text.ts";

/** Not the format `email` of JSON Schema: of what that is each reader has its own idea. */
const mail = z
  .string()
  .max(320)
  .regex(/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u, "must be a mail address");

const changed = {
  createdAt: moment,
  updatedAt: moment,
  updatedBy: z.string().nullable().describe("who changed it last"),
  etag: z.string().describe("for `If-Match`, as it stands"),
};

/** Somebody whom the directory in the store knows. */
export const Person = z
  .object({
    id: z.string().describe("the name under which they act"),
    name: z.string().nullable().describe("how they are called on a screen"),
    mail: z.string().nullable().describe("where mail reaches them; null, too, for whoever may not manage people"),
    groups: z.array(z.string()).describe("groups of the store that they are in"),
    ...changed,
  })
  .meta({ id: "Person" });

/** What is said of a person. */
export const WritePerson = z
  .strictObject({
    name: word().optional().describe("how they are called on a screen; without it, nothing is said"),
    mail: mail.optional().describe("where mail reaches them; without it, nothing is said"),
  })
  .meta({ id: "WritePerson" });

/** A group of people, as holds name it. */
export const Group = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    members: z.array(z.string()).describe("who is in it, by name"),
    ...changed,
  })
  .meta({ id: "Group" });

/** What a group is for, and who is in it. */
export const WriteGroup = z
  .strictObject({
    description: word(1000).optional(),
    members: z.array(newId).max(1000).describe("all of them; who is not known yet is added to the people"),
  })
  .meta({ id: "WriteGroup" });

/** Somebody stands in for somebody else. */
export const Substitution = z
  .object({
    id: z.string(),
    person: z.string().describe("who is away"),
    substitute: z.string().describe("who decides on their behalf"),
    from: moment.nullable().describe("null: at once"),
    until: moment.nullable().describe("exclusive; null: until it is removed"),
    workflows: z.array(z.string()).nullable().describe("for holds of these only; null: of all"),
    groups: z.array(z.string()).nullable().describe("where the right comes from these; null: from wherever"),
    note: z.string().nullable(),
    state: z.enum(["planned", "active", "over"]),
    createdBy: z.string().nullable(),
    ...changed,
  })
  .meta({ id: "Substitution" });

const when = {
  from: moment.optional().describe("from when; at once by default"),
  until: moment.optional().describe("until when, exclusive; by default until it is removed"),
  workflows: z.array(word(128)).min(1).max(100).optional().describe("only for holds of these workflows"),
  groups: z.array(word()).min(1).max(100).optional().describe("only where the right comes from these groups"),
  note: prose(1000)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, "must be one line")
    .optional(),
};

/** Who stands in for whom, and when. */
export const WriteSubstitution = z
  .strictObject({ person: newId, substitute: newId, ...when })
  .meta({ id: "WriteSubstitution" });

/** Who stands in for you, and when. */
export const OwnSubstitution = z.strictObject({ substitute: newId, ...when }).meta({ id: "OwnSubstitution" });
