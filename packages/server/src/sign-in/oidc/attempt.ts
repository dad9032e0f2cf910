import { EncryptJWT, jwtDecrypt } from "jose";
import { cookieName, readCookie, setCookie } from "../cookie.ts";
import { keyFor } from "../secret-text.ts";

/** What the browser must bring back, and where it goes then. */
export interface Attempt {
  state: string;
  nonce: string;
  /** The PKCE code verifier (RFC 7636). */
  verifier: string;
  /** The path asked for, checked already. */
  returnTo: string;
}

const minutes = 10;

/**
 * A sign-in under way, kept in the very browser that began it: a cookie sealed with the server's secret (A256GCM), good for ten minutes. Whoever
 * is lured to the end of somebody else's sign-in has no such cookie. The store is not written to before anybody has proved who they are.
 */
export class Attempts {
  private readonly key: Uint8Array;
  private readonly audience: string;
  private readonly cookie: string;
  private readonly secure: boolean;

  /** @param audience issuer and client: an attempt with another provider does not count */
  constructor(secret: string, audience: string, secure: boolean) {
    this.key = keyFor("oidc sign-in", secret);
    this.audience = audience;
    this.secure = secure;
    this.cookie = cookieName("holdpoint-sign-in", secure);
  }

  /** The `Set-Cookie` header that begins an attempt. */
  async begin(attempt: Attempt, now: number): Promise<string> {
    const sealed = await new EncryptJWT({ ...attempt })
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .setAudience(this.audience)
      .setExpirationTime(Math.floor(now / 1000) + minutes * 60)
      .encrypt(this.key);
    return setCookie(this.cookie, sealed, { secure: this.secure, maxAge: minutes * 60 });
  }

  /** The attempt a request belongs to; null without one that is ours and not too old. */
  async of(request: Request, now: number): Promise<Attempt | null> {
    const sealed = readCookie(request, this.cookie);
    if (sealed === null || sealed.length > 8192) return null;
    try {
      const { payload } = await jwtDecrypt<Attempt & Record<string, unknown>>(sealed, this.key, {
        audience: this.audience,
        currentDate: new Date(now),
        requiredClaims: ["exp"],
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return payload;
    } catch {
      return null;
    }
  }

  /** The `Set-Cookie` header that ends it. */
  end(): string {
    return setCookie(this.cookie, "", { secure: this.secure, maxAge: 0 });
  }
}
