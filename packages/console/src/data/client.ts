import { createClient, type HoldpointClient } from "@holdpoint/client";
import { credentialHeaders } from "./credentials.ts";
import { readPlace } from "./place.ts";

/** Sends as this tab's person. */
export const send: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    credentials: "same-origin",
    headers: { ...(init?.headers as Record<string, string> | undefined), ...credentialHeaders() },
  });

/** The server this page came from. */
export const client: HoldpointClient = createClient({ url: location.origin + readPlace().base, fetch: send });
