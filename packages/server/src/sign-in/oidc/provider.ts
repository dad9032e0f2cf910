import { type Duration, durationMs } from "@holdpoint/core";
import type * as openid from "openid-client";
import { RequestError } from "../../http/errors.ts";
import { checkUrl, isLoopback } from "../origin.ts";

/** How to reach a provider. */
export interface ProviderOptions {
  /** Its issuer identifier, as its discovery document says it. HTTPS; plain HTTP for localhost only. */
  issuer: string;
  clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  clientSecret?: string;
  /** How the secret is sent to the token endpoint. Default "basic". */
  clientAuthentication?: "basic" | "post";
  /** How long each request to it may take. Default "10s". */
  timeout?: Duration;
  /** How requests to it are made: through a proxy, or to a provider in a test. Default: `fetch`. */
  fetch?: typeof fetch;
}

/** What a provider says of itself is asked again after an hour. */
const freshMs = 3_600_000;

/** A provider, discovered when it is first needed (OpenID Connect Discovery 1.0). While it cannot be reached only signing in fails. */
export class Provider {
  readonly issuer: URL;
  private readonly options: ProviderOptions;
  private readonly timeoutSeconds: number;
  private found: { at: number; configuration: Promise<openid.Configuration> } | null = null;

  constructor(options: ProviderOptions) {
    this.issuer = checkUrl(options.issuer, "oidc", "issuer");
    this.options = options;
    this.timeoutSeconds = durationMs(options.timeout ?? "10s", "oidc.timeout") / 1000;
  }

  /** The library, and what it knows of the provider. Throws `RequestError` 503 while it cannot be reached. */
  async open(): Promise<{ client: typeof openid; configuration: openid.Configuration }> {
    // Loaded by the first sign-in.
    const client = await import("openid-client");
    const now = performance.now();
    if (this.found === null || now - this.found.at > freshMs) {
      const configuration = this.discover(client);
      this.found = { at: now, configuration };
      configuration.catch(() => (this.found = null));
    }
    try {
      return { client, configuration: await this.found.configuration };
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new RequestError(
        503,
        "PROVIDER_UNREACHABLE",
        `the sign-in provider cannot be reached or understood: ${cause}`,
      );
    }
  }

  private discover(client: typeof openid): Promise<openid.Configuration> {
    const { clientId, clientSecret, clientAuthentication = "basic", fetch: fetchOption } = this.options;
    const send = clientAuthentication === "basic" ? client.ClientSecretBasic : client.ClientSecretPost;
    return client.discovery(
      this.issuer,
      clientId,
      {},
      clientSecret === undefined ? client.None() : send(clientSecret),
      {
        timeout: this.timeoutSeconds,
        // The signature of an ID token is checked too, not only the TLS connection it came over.
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLoopback(this.issuer) ? [client.allowInsecureRequests] : []),
        ],
        ...(fetchOption ? { [client.customFetch]: fetchOption as openid.CustomFetch } : {}),
      },
    );
  }
}
