import { z } from "zod";
import { ApiKey, BindRole, CreateApiKey, NewApiKey, Principal, RoleBinding } from "../access.ts";
import { route } from "../route.ts";

const params = z.object({ key: z.string().regex(/^hp_[A-Za-z0-9]{12}$/, "must be a key's public beginning: hp_…") });
const tag = "Access";

export const accessRoutes = {
  "keys.list": route({
    tag,
    summary: "List API keys",
    description: "Of your namespace, without their secrets.",
    permission: "keys:manage",
    query: z.strictObject({ prefix: z.string().min(1).max(15).optional().describe("those whose id begins with it") }),
    success: { 200: z.object({ items: z.array(ApiKey) }) },
  }),
  "keys.create": route({
    tag,
    summary: "Make an API key",
    description: "Its secret is shown in this answer and never again.",
    permission: "keys:manage",
    body: CreateApiKey,
    success: { 201: NewApiKey },
  }),
  "keys.rotate": route({
    tag,
    summary: "Replace an API key",
    description: "Gives a new one with the same rights. The old one goes on working for `overlap` seconds.",
    permission: "keys:manage",
    params,
    body: z
      .strictObject({ overlap: z.int().min(0).max(2_592_000).optional().describe("seconds; a day by default") })
      .meta({ id: "RotateRequest" }),
    success: { 201: NewApiKey },
  }),
  "keys.revoke": route({
    tag,
    summary: "Revoke an API key",
    description: "It stops working at once.",
    permission: "keys:manage",
    params,
    success: { 204: null },
  }),
  "access.list": route({
    tag,
    summary: "List who has which role",
    description:
      "Roles given to people, groups and keys of your namespace, beside those that keys and accounts have themselves.",
    permission: "access:manage",
    success: { 200: z.object({ items: z.array(RoleBinding) }) },
  }),
  "access.bind": route({
    tag,
    summary: "Give somebody a role",
    description:
      "A person, a group or a key; for all workflows, or for some. Nobody gives more than they have. The same again is no error.",
    permission: "access:manage",
    body: BindRole,
    success: { 201: RoleBinding },
  }),
  "access.unbind": route({
    tag,
    summary: "Take a role back",
    description: "With the next request. Nobody takes what they do not have themselves.",
    permission: "access:manage",
    params: z.object({ binding: z.string().regex(/^b_[0-9a-f]{32}$/, "must be a binding's id: b_…") }),
    success: { 204: null },
  }),
  "system.me": route({
    tag,
    summary: "Who you are here",
    permission: "signed-in",
    success: { 200: Principal },
  }),
};
