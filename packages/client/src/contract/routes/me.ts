import { z } from "zod";
import { Account, Session } from "../account.ts";
import { route } from "../route.ts";
import { newId } from "../text.ts";

const viewParams = z.object({ view: newId.max(100) });
const View = z
  .object({ name: z.string(), query: z.string().describe("as in an address: `status=open&workflow=refund`") })
  .meta({ id: "View" });

const tag = "Your account";
const permission = "signed-in" as const;
const password = z.string().min(1).max(1000);
const code = z.string().min(1).max(20).describe("of your authenticator app");
const tried = "Wrong tries are counted, by account and address, and slowed down: 429 TOO_MANY_TRIES.";
const ownOnly = "For who is signed in with a session; 404 with an API key or a token.";

export const meRoutes = {
  "me.account": route({
    tag,
    summary: "Show your local account",
    description: "404 for whoever signed in with a provider, an API key or a token.",
    permission,
    success: { 200: Account },
  }),
  "me.password": route({
    tag,
    summary: "Change your password",
    description: `Your other sessions end. ${tried}`,
    permission,
    body: z
      .strictObject({ password: password.describe("the one you have"), newPassword: password, code: code.optional() })
      .meta({ id: "ChangePassword" }),
    success: { 204: null },
  }),
  "me.enrolTotp": route({
    tag,
    summary: "Begin to add an authenticator app",
    description: `Gives what the app scans. It counts from its confirmation on. ${tried}`,
    permission,
    body: z.strictObject({ password, code: code.optional() }).meta({ id: "EnrolTotp" }),
    success: {
      201: z
        .object({
          secret: z.string().describe("Base32, for typing"),
          uri: z.string().describe("`otpauth://totp/…`, for scanning"),
        })
        .meta({ id: "TotpSecret" }),
    },
  }),
  "me.confirmTotp": route({
    tag,
    summary: "Confirm the authenticator app",
    description: `With a code that it shows: from now on one is asked for. ${tried}`,
    permission,
    body: z.strictObject({ code }).meta({ id: "ConfirmTotp" }),
    success: { 204: null },
  }),
  "me.removeTotp": route({
    tag,
    summary: "Remove your authenticator app",
    description: tried,
    permission,
    body: z.strictObject({ password, code }).meta({ id: "RemoveTotp" }),
    success: { 204: null },
  }),
  "me.sessions": route({
    tag,
    summary: "List your sessions",
    description: `On every device; \`current\` is the one that asks. ${ownOnly}`,
    permission,
    success: { 200: z.object({ items: z.array(Session), current: z.string() }) },
  }),
  "me.endOtherSessions": route({
    tag,
    summary: "End your other sessions",
    description: ownOnly,
    permission,
    body: z.strictObject({}).meta({ id: "EndOtherSessions" }),
    success: { 200: z.object({ ended: z.int() }).meta({ id: "EndedSessions" }) },
  }),
  "me.views": route({
    tag,
    summary: "List your saved views",
    description: "By name: lists of holds or runs that you look at again.",
    permission,
    success: { 200: z.object({ items: z.array(View) }) },
  }),
  "me.putView": route({
    tag,
    summary: "Save a view",
    description: "Or replace it. At most 100 for each person.",
    permission,
    params: viewParams,
    body: z.strictObject({ query: z.string().max(2000) }).meta({ id: "SaveView" }),
    success: { 200: View },
  }),
  "me.removeView": route({
    tag,
    summary: "Remove a saved view",
    permission,
    params: viewParams,
    success: { 204: null },
  }),
  "me.endSession": route({
    tag,
    summary: "End one of your sessions",
    description: ownOnly,
    permission,
    params: z.object({ session: z.string().regex(/^[0-9a-f]{64}$/, "must be a session's id, as your list has it") }),
    success: { 204: null },
  }),
};
