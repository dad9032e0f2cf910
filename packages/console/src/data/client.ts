import { createClient, type HoldpointClient } from "@holdpoint/client";
import { credentialHeaders } from "./credentials.ts";
import { readPlace } from "./place.ts";

/** Sends as this tab's person. */
export const send: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    credentials: "same-origin",
    // What was decided is sent even if the tab is closed at that moment; browsers do that for small requests.
    keepalive: init?.method === "POST" && typeof init.body === "string" && init.body.length < 30_000,
    headers: { ...(init?.headers as Record<string, string> | undefined), ...credentialHeaders() },
  });

/** The server this page came from. */
export const client: HoldpointClient = createClient({ url: location.origin + readPlace().base, fetch: send });
