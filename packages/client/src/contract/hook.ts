import { z } from "zod";
import { json, moment, word } from "./text.ts";

const headerName = z
  .string()
  .max(128)
  .regex(/^[\w-]+$/, "must be the name of a header");

/** Where a value is taken from. */
export const HookSource = z
  .union([
    z.strictObject({ header: headerName, prefix: z.string().max(64).optional() }),
    z.strictObject({
      path: z
        .string()
        .max(512)
        .regex(/^(\/[^/]*)*$/, 'must be a JSON Pointer, as in "/data/order/id"')
        .describe('a JSON Pointer (RFC 6901) into the body; "" is all of it'),
      prefix: z.string().max(64).optional().describe("stands before what is found"),
    }),
    z.strictObject({ value: json.describe("always this") }),
  ])
  .meta({ id: "HookSource" });

const secret = z
  .string()
  .min(16)
  .max(512)
  .optional()
  .describe("what the sender signs with; without it one is made, and shown once");

/** How a sender shows who it is, beside the token in the address. */
export const HookVerification = z
  .union([
    z.strictObject({ type: z.literal("standard"), secret }).describe("Standard Webhooks"),
    z.strictObject({ type: z.literal("github"), secret }).describe("`X-Hub-Signature-256`"),
    z
      .strictObject({
        type: z.literal("hmac"),
        secret,
        header: headerName.describe("carries the HMAC-SHA256"),
        encoding: z.enum(["hex", "base64"]).optional().describe("hex by default"),
        prefix: z.string().max(32).optional().describe("stands before it in the header"),
        timestamp: headerName.optional().describe("carries the time, in seconds; signed as `time.body`"),
      })
      .describe("any header with an HMAC-SHA256 of the body"),
    z.strictObject({ type: z.literal("none") }).describe("the token alone"),
  ])
  .meta({ id: "HookVerification" });

/** What a call does. */
export const HookAction = z
  .union([
    z.strictObject({
      type: z.literal("start"),
      workflow: word(128),
      id: HookSource.optional().describe("the run's id; without it one made of what names the delivery"),
      input: HookSource.optional().describe("by default the body"),
      attributes: z.record(word(128), HookSource).optional(),
    }),
    z.strictObject({
      type: z.literal("signal"),
      run: HookSource.describe("the run's id"),
      name: word(),
      value: HookSource.optional().describe("by default the body"),
    }),
  ])
  .meta({ id: "HookAction" });

/** A hook as it is written. */
export const HookDefinition = z
  .strictObject({
    name: word(128).describe("what it is for"),
    action: HookAction,
    verify: HookVerification,
    idempotency: HookSource.optional().describe(
      "what names a delivery: the same again does nothing again. By default `webhook-id` (Standard Webhooks), else the body's digest",
    ),
    window: z.int().min(1).max(86_400).optional().describe("how old a signed time may be, in seconds; 300 by default"),
    maxBytes: z.int().min(1).max(16_777_216).optional().describe("of a body; 262,144 by default"),
  })
  .meta({ id: "HookDefinition" });

/** A hook as it stands, without token and secret. */
export const Hook = z
  .object({
    id: z.string().describe("the token's public beginning: `hk_…`"),
    name: z.string(),
    action: HookAction,
    verify: HookVerification,
    idempotency: HookSource.nullable(),
    window: z.int(),
    maxBytes: z.int(),
    createdBy: z.string(),
    createdAt: moment,
    etag: z.string().describe("what `If-Match` takes to change or remove it"),
  })
  .meta({ id: "Hook" });

/** With what is shown once. */
export const NewHook = z
  .object({
    token: z.string().nullable().describe("the end of its address, `/hooks/{token}`; null where it was not made anew"),
    secret: z.string().nullable().describe("what the sender signs with, where it was made here"),
    ...Hook.shape,
  })
  .meta({ id: "NewHook" });
