import { z } from "zod";
import { ApiKey, CreateApiKey, NewApiKey, Principal } from "../access.ts";
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
  "system.me": route({
    tag,
    summary: "Who you are here",
    permission: "signed-in",
    success: { 200: Principal },
  }),
};
