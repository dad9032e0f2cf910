import { z } from "zod";
import { IssuerClient, NewIssuerClient, RegisterClient, SigningKey } from "../issuer.ts";
import { route } from "../route.ts";

const tag = "Tokens for machines";
const permission = "keys:manage" as const;
const params = z.object({
  client: z.string().regex(/^client-[0-9a-f-]{36}$/, "must be a client's id: client-…"),
});

export const issuerRoutes = {
  "clients.list": route({
    tag,
    summary: "List clients",
    description: "Machines of your namespace that get tokens of the built-in issuer for their secret.",
    permission,
    success: { 200: z.object({ items: z.array(IssuerClient) }) },
  }),
  "clients.register": route({
    tag,
    summary: "Register a client",
    description: "Its secret is shown in this answer and never again. Nobody gives more rights than their own.",
    permission,
    body: RegisterClient,
    success: { 201: NewIssuerClient },
  }),
  "clients.rotate": route({
    tag,
    summary: "Give a client a new secret",
    description: "The old one goes on working for `overlap` seconds; of several old ones the last.",
    permission,
    params,
    body: z
      .strictObject({ overlap: z.int().min(0).max(2_592_000).optional().describe("seconds; a day by default") })
      .meta({ id: "RotateClient" }),
    success: { 201: NewIssuerClient },
  }),
  "clients.revoke": route({
    tag,
    summary: "Revoke a client",
    description: "It gets no more tokens at once; those it has end by themselves, within minutes.",
    permission,
    params,
    success: { 204: null },
  }),
  "signingKeys.list": route({
    tag,
    summary: "List signing keys",
    description: "Of the built-in issuer, for administrators of the installation's own namespace.",
    permission,
    success: { 200: z.object({ items: z.array(SigningKey) }) },
  }),
  "signingKeys.rotate": route({
    tag,
    summary: "Make a new signing key",
    description:
      "Published at once; it signs after `lead` seconds, when verifiers elsewhere have fetched it. The ones before are published until what they signed has expired: no token goes bad. For administrators of the installation's own namespace.",
    permission,
    body: z
      .strictObject({ lead: z.int().min(0).max(86_400).optional().describe("seconds; ten minutes by default") })
      .meta({ id: "RotateSigningKey" }),
    success: { 201: SigningKey },
  }),
};
