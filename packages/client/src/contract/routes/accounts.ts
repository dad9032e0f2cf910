import { z } from "zod";
import { Account, ChangeAccount, Invitation, InviteAccount, NewInvitation, Session } from "../account.ts";
import { pageOf, pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { word } from "../text.ts";

const tag = "Accounts";
const permission = "access:manage" as const;
const params = z.object({ account: word(100) });
const sessionId = z.string().regex(/^[0-9a-f]{64}$/, "must be a session's id, as a list of sessions has it");
const guarded =
  "Nobody gives or takes more rights than their own, and the last one with `access:manage` stays: 409 LAST_ADMINISTRATOR.";

export const accountRoutes = {
  "accounts.list": route({
    tag,
    summary: "List local accounts",
    description:
      "Of your namespace, by name. Who was invited and has set no password yet is in the list of invitations.",
    permission,
    success: { 200: z.object({ items: z.array(Account) }) },
  }),
  "accounts.invite": route({
    tag,
    summary: "Invite somebody",
    description:
      "Gives a link by which they choose a password, good once and for three days; hand it to them yourself. Nobody gives more rights than their own. Names of accounts are of the installation: one may be taken in another namespace.",
    permission,
    body: InviteAccount,
    success: { 201: NewInvitation },
  }),
  "accounts.show": route({
    tag,
    summary: "Show an account",
    permission,
    params,
    etag: "gives",
    success: { 200: Account },
  }),
  "accounts.change": route({
    tag,
    summary: "Give an account other roles and groups",
    description: `Needs \`If-Match\` with the account's ETag. Their sessions end: they sign in anew with these. ${guarded}`,
    permission,
    params,
    body: ChangeAccount,
    etag: "takes",
    success: { 200: Account },
  }),
  "accounts.disable": route({
    tag,
    summary: "Disable an account",
    description: `It cannot sign in, and its sessions end at once. ${guarded}`,
    permission,
    params,
    success: { 200: Account },
  }),
  "accounts.enable": route({
    tag,
    summary: "Enable an account",
    permission,
    params,
    success: { 200: Account },
  }),
  "accounts.reset": route({
    tag,
    summary: "Reset an account",
    description:
      "For somebody who forgot their password or lost a device: the old password and all sessions end at once, and the link in the answer sets a new one.",
    permission,
    params,
    body: z
      .strictObject({ totp: z.boolean().optional().describe("take the authenticator app away too; false by default") })
      .meta({ id: "ResetAccount" }),
    success: { 201: NewInvitation },
  }),
  "accounts.removeTotp": route({
    tag,
    summary: "Take an account's authenticator app away",
    description: "It is lost. Their sessions end; from now on the password is enough until they add another.",
    permission,
    params,
    success: { 204: null },
  }),
  "accounts.remove": route({
    tag,
    summary: "Remove an account",
    description: `With its sessions, for good. What they did stays under their name. ${guarded}`,
    permission,
    params,
    etag: "takes",
    success: { 204: null },
  }),
  "invitations.list": route({
    tag,
    summary: "List invitations",
    description: "Those that nobody has taken yet, without their links.",
    permission,
    success: { 200: z.object({ items: z.array(Invitation) }) },
  }),
  "invitations.withdraw": route({
    tag,
    summary: "Withdraw an invitation",
    permission,
    params: z.object({ invitation: z.string().regex(/^[0-9a-f]{64}$/, "must be an invitation's id") }),
    success: { 204: null },
  }),
  "sessions.list": route({
    tag,
    summary: "List sessions",
    description: "Who is signed in with a browser, in your namespace; of one person the newest first.",
    permission,
    query: z.strictObject({ person: word().optional().describe("of this person only"), ...pageQuery }),
    success: { 200: pageOf(Session) },
  }),
  "sessions.endAll": route({
    tag,
    summary: "End all sessions of a person",
    description: "They left, or lost a device. They can sign in again unless their account is disabled.",
    permission,
    body: z.strictObject({ person: word() }).meta({ id: "EndSessions" }),
    success: { 200: z.object({ ended: z.int() }).meta({ id: "EndedSessions" }) },
  }),
  "sessions.end": route({
    tag,
    summary: "End a session",
    description: "With its next request.",
    permission,
    params: z.object({ session: sessionId }),
    success: { 204: null },
  }),
};
