import { z } from "zod";
import { role } from "./access.ts";
import { moment, word } from "./text.ts";

const roles = z.array(role).min(1).max(5);
const groups = z.array(word(200)).max(100).describe("for roles that are given to groups");

/** Somebody's local account, as an administrator sees it. */
export const Account = z
  .object({
    name: z.string().describe("what they type to sign in"),
    person: z.string().describe("the name under which they act"),
    displayName: z.string().nullable(),
    roles: z.array(role),
    groups: z.array(z.string()),
    hasPassword: z.boolean().describe("false after a reset, until they set another"),
    hasTotp: z.boolean().describe("whether a code of their authenticator app is asked for"),
    disabled: z.boolean(),
    createdBy: z.string().nullable(),
    createdAt: moment,
    etag: z.string().describe("as `If-Match` wants it"),
  })
  .meta({ id: "Account" });

/** Somebody who is to have an account. */
export const InviteAccount = z
  .strictObject({
    name: word(100).describe("what they type to sign in: a name or an e-mail address; case does not matter"),
    person: word().optional().describe("the name under which they act; `name` by default"),
    displayName: word(200).optional().describe("how a screen calls them"),
    roles,
    groups: groups.optional(),
  })
  .meta({ id: "InviteAccount" });

/** Other roles and groups for somebody. */
export const ChangeAccount = z
  .strictObject({ roles, groups: groups.optional().describe("those they have by default") })
  .meta({ id: "ChangeAccount" });

/** An invitation that nobody has taken yet. Who has its link sets a password. */
export const Invitation = z
  .object({
    id: z.string(),
    account: z.string(),
    person: z.string(),
    roles: z.array(role),
    groups: z.array(z.string()),
    reset: z.boolean().describe("whether it sets a new password for an account that is there"),
    createdBy: z.string().nullable(),
    expiresAt: moment,
  })
  .meta({ id: "Invitation" });

/** An invitation that was just made: the only time its link is shown. */
export const NewInvitation = z
  .object({ link: z.string().describe("hand it to them: it is shown once, and good once"), ...Invitation.shape })
  .meta({ id: "NewInvitation" });

/** Somebody who is signed in with a browser. */
export const Session = z
  .object({
    id: z.string(),
    person: z.string(),
    via: z.string().describe("who vouches for them: `oidc:` and the issuer, or `local:` and the account"),
    createdAt: moment,
    seenAt: moment.describe("to the minute"),
    endsAt: moment.describe("nothing prolongs it beyond"),
    address: z.string().nullable(),
    browser: z.string().nullable().describe("as it called itself"),
  })
  .meta({ id: "Session" });
