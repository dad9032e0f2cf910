import { z } from "zod";
import { role } from "./access.ts";
import { moment, word } from "./text.ts";

const names = z.array(word()).max(100);

/** What an agent may do where it works: the `a2a` claim of its tokens. An empty list allows nothing. */
const agentClaims = z
  .strictObject({
    allowed_cwd: names.describe("directories, absolute; each allows itself and what lies below it"),
    allowed_modes: names,
    allowed_tools: names,
    limits: z.strictObject({
      max_turns: z.int().min(1).max(1_000_000),
      max_duration_seconds: z.int().min(1).max(31_536_000),
    }),
  })
  .meta({ id: "AgentClaims" });

/** A machine that gets tokens of the built-in issuer, without its secret. */
export const IssuerClient = z
  .object({
    id: z.string().describe("`client_id`"),
    name: z.string().describe("the name under which it acts: `sub` of its tokens"),
    roles: z.array(role),
    a2a: agentClaims.nullable().describe("for an agent: what it may do where it works"),
    createdBy: z.string().nullable(),
    createdAt: moment,
    previousUntil: moment.nullable().describe("until when the secret before this one is good"),
  })
  .meta({ id: "IssuerClient" });

/** A client that was just made, or has a new secret: the only time it is shown. */
export const NewIssuerClient = z
  .object({ secret: z.string().describe("`client_secret`; keep it: it is shown once"), ...IssuerClient.shape })
  .meta({ id: "NewIssuerClient" });

/** What a client is made of. */
export const RegisterClient = z
  .strictObject({
    name: word(128).describe("the name under which it acts"),
    roles: z.array(role).min(1).max(5),
    a2a: agentClaims.optional(),
  })
  .meta({ id: "RegisterClient" });

/** A key that tokens of the built-in issuer are signed with; its public half is published. */
export const SigningKey = z
  .object({
    id: z.string().describe("`kid` of what it signs"),
    state: z.enum(["next", "signing", "retiring"]),
    signsFrom: moment,
    publishedUntil: moment.nullable().describe("null: nothing follows it yet"),
  })
  .meta({ id: "SigningKey" });
