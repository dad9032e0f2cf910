import { z } from "zod";
import { Hook, HookDefinition, NewHook } from "../hook.ts";
import { route } from "../route.ts";
import { json } from "../text.ts";

const params = z.object({ hook: z.string().regex(/^hk_[A-Za-z0-9]{12}$/, "must be a hook's id: hk_…") });
const tag = "Hooks";
const permission = "webhooks:manage";

export const hookRoutes = {
  "hooks.list": route({
    tag,
    summary: "List hooks",
    description: "Addresses that other systems call to start or signal runs. Without tokens and secrets.",
    permission,
    success: { 200: z.object({ items: z.array(Hook) }) },
  }),
  "hooks.create": route({
    tag,
    summary: "Make a hook",
    description: "Its token, and its secret where one is made, are shown in this answer and never again.",
    permission,
    body: HookDefinition,
    success: { 201: NewHook },
  }),
  "hooks.show": route({ tag, summary: "Show a hook", permission, params, success: { 200: Hook }, etag: "gives" }),
  "hooks.change": route({
    tag,
    summary: "Change a hook",
    description:
      "`If-Match` with its `ETag` is required. Without a secret in `verify` it keeps the one it has; a secret of another kind of signature must be given.",
    permission,
    params,
    body: HookDefinition,
    success: { 200: Hook },
    etag: "takes",
  }),
  "hooks.remove": route({
    tag,
    summary: "Remove a hook",
    description: "Its address answers 401 from now on.",
    permission,
    params,
    success: { 204: null },
    etag: "takes",
  }),
  "hooks.rotate": route({
    tag,
    summary: "Replace a hook's token, or its secret",
    description: "The old one goes on working for `overlap` seconds.",
    permission,
    params,
    body: z
      .strictObject({
        what: z.enum(["token", "secret"]).optional().describe("`token` by default"),
        secret: z.string().min(16).max(512).optional().describe("the new secret, where the sender has made it"),
        overlap: z.int().min(0).max(2_592_000).optional().describe("seconds; a day by default"),
      })
      .meta({ id: "RotateHookRequest" }),
    success: { 201: NewHook },
  }),
  "hooks.receive": route({
    tag,
    summary: "Call a hook",
    description:
      "What another system sends: JSON, signed as the hook was told. Starts or signals a run; the same delivery again does nothing again. An unknown token and a wrong signature are both 401.",
    permission: "public",
    params: z.object({ token: z.string().min(1).max(128) }),
    body: json,
    raw: true,
    success: {
      202: z.object({
        run: z.string(),
        repeated: z.boolean().nullable().describe("of a start: the run was there already"),
      }),
    },
  }),
};
