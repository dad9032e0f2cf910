import { z } from "zod";
import { moment, word } from "./text.ts";

/** What somebody is here. Each role's permissions are in `docs/server.md`. */
export const role = z.enum(["viewer", "operator", "reviewer", "author", "admin"]);

/** What a route asks for. */
export const permission = z.enum([
  "workflows:read",
  "workflows:write",
  "runs:read",
  "runs:start",
  "runs:signal",
  "runs:control",
  "holds:read",
  "holds:decide",
  "holds:comment",
  "schedules:read",
  "schedules:operate",
  "schedules:write",
  "events:emit",
  "keys:manage",
  "access:manage",
  "people:read",
  "people:manage",
  "channels:manage",
  "retention:manage",
  "webhooks:manage",
  "audit:read",
  "metrics:read",
]);

/** Workflows by name; one that ends with `*` is all that begin so. */
export const workflowPatterns = z
  .array(word(128).regex(/^[^*]+\*?$/, "must be a workflow's name, or its beginning and *"))
  .min(1)
  .max(100);

/** A role, for all workflows or for some. */
const boundRole = z.object({
  role,
  workflows: z.array(z.string()).nullable().describe("null: all of them"),
});

/** Who has a role, for all workflows or for some. */
export const RoleBinding = z
  .object({
    id: z.string(),
    subject: z.object({ kind: z.enum(["person", "group", "key"]), name: z.string() }),
    ...boundRole.shape,
    createdBy: z.string().nullable(),
    createdAt: moment,
  })
  .meta({ id: "RoleBinding" });

/** A role for somebody. */
export const BindRole = z
  .strictObject({
    person: word().optional(),
    group: word().optional(),
    key: z
      .string()
      .regex(/^hp_[A-Za-z0-9]{12}$/, "must be a key's public beginning: hp_…")
      .optional(),
    role,
    workflows: workflowPatterns.optional().describe("only for these; for all by default"),
  })
  .refine(
    ({ person, group, key }) => [person, group, key].filter((one) => one !== undefined).length === 1,
    "must name a person, a group or a key: one of them",
  )
  .meta({ id: "BindRole" });

/** Who is asking. */
export const Principal = z
  .object({
    id: z.string().describe("the name under which they act"),
    namespace: z.string(),
    roles: z.array(role),
    permissions: z.array(permission).describe("what the roles, narrowed by scopes, allow, for some workflow at least"),
    bindings: z.array(boundRole).describe("the roles with the workflows they are limited to"),
  })
  .meta({ id: "Principal" });

/** An API key, without its secret. */
export const ApiKey = z
  .object({
    id: z.string().describe("its public beginning: `hp_…`"),
    name: z.string(),
    person: z.string().describe("the name under which it acts"),
    namespace: z.string(),
    roles: z.array(role),
    scopes: z.array(permission).nullable().describe("narrows the roles; null does not"),
    workflows: z.array(z.string()).nullable().describe("limits the roles to these workflows; null does not"),
    createdBy: z.string().nullable(),
    createdAt: moment,
    expiresAt: moment.nullable(),
    lastUsedAt: moment.nullable().describe("to the minute"),
    revokedAt: moment.nullable(),
    replacedBy: z.string().nullable().describe("the key that takes its place"),
  })
  .meta({ id: "ApiKey" });

/** A key that was just made: the only time its secret is shown. */
export const NewApiKey = z
  .object({ key: z.string().describe("keep it: it is shown once"), ...ApiKey.shape })
  .meta({ id: "NewApiKey" });

/** What a key is made of. */
export const CreateApiKey = z
  .strictObject({
    name: word(128).describe("what it is for"),
    person: word().optional().describe("the name under which it acts; by default `key:` and its name"),
    roles: z.array(role).min(1).max(5),
    scopes: z.array(permission).min(1).max(40).optional(),
    workflows: workflowPatterns.optional().describe("limits the roles to these; `billing-*` is all that begin so"),
    expiresAt: moment.optional(),
  })
  .meta({ id: "CreateApiKey" });
