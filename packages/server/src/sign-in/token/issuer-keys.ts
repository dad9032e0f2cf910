import type { Engine } from "@holdpoint/core";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { openSealed, sealText } from "../sealed.ts";
import { keyFor } from "../secret-text.ts";
import { Stored } from "../stored.ts";

/** A signing key as it is kept. */
interface StoredKey {
  /** What everybody may see. */
  shown: JWK;
  /** The private key, sealed with the installation's secret (A256GCM): useless to whoever has the database only. */
  sealed: string;
  /** From when it signs, in ms since 1970. */
  signsFrom: number;
  /** Until when it is published; null: nothing follows it yet. */
  endsAt: number | null;
}

/** A key that signs. */
export interface SigningKey {
  kid: string;
  key: CryptoKey;
}

/** A key as an administrator sees it. Times are milliseconds since 1970. */
export interface ShownKey {
  kid: string;
  /** It is published and signs later; it signs; what it signed is still good. */
  state: "next" | "signing" | "retiring";
  signsFrom: number;
  endsAt: number | null;
}

/** For this long after a first look the keys are not looked for again. */
const freshMs = 10_000;

/**
 * The keys of our own issuer: the newest that may sign does, all that are kept are published. A key is kept until the last token that it signed has expired, so
 * a rotation makes no token bad.
 */
export class IssuerKeys {
  private readonly kept: Stored<StoredKey>;
  private readonly seal: Uint8Array;
  private readonly tokenMs: number;
  private readonly now: () => number;
  private looked: { at: number; keys: StoredKey[] } | null = null;
  private opened = new Map<string, CryptoKey>();

  constructor(engine: Engine, secret: string, tokenMs: number, now: () => number) {
    this.kept = new Stored(engine, "issuerKey", now);
    this.seal = keyFor("issuer keys", secret);
    this.tokenMs = tokenMs;
    this.now = now;
  }

  /** The public keys, those that begin to sign later among them. */
  async published(): Promise<JWK[]> {
    return (await this.all()).map(({ shown }) => shown);
  }

  /** All that are kept, the oldest first. */
  async list(): Promise<ShownKey[]> {
    const now = this.now();
    this.looked = null;
    const all = await this.all();
    const signing = all.filter(({ signsFrom }) => signsFrom <= now).at(-1);
    return all.map((one) => ({
      kid: one.shown.kid ?? "",
      state: one.signsFrom > now ? "next" : one === signing ? "signing" : "retiring",
      signsFrom: one.signsFrom,
      endsAt: one.endsAt,
    }));
  }

  /** The key that signs now; the first is made when it is needed. */
  async signing(): Promise<SigningKey> {
    const now = this.now();
    const signing = (await this.all()).filter(({ signsFrom }) => signsFrom <= now).at(-1);
    if (signing !== undefined) return this.open(signing);
    await this.make(now);
    return this.signing();
  }

  /**
   * A new key, published at once, that signs from `leadMs` on: others have fetched it by then. The keys before it are published until what they signed has expired.
   */
  async rotate(leadMs: number): Promise<string> {
    const signsFrom = this.now() + leadMs;
    const before = (await this.kept.list()).map(({ id }) => id);
    const kid = await this.make(signsFrom);
    const endsAt = signsFrom + this.tokenMs;
    for (const id of before) {
      await this.kept.change(
        id,
        (key) => (key.endsAt === null && key.signsFrom <= signsFrom ? { ...key, endsAt } : null),
        () => endsAt,
      );
    }
    this.looked = null;
    return kid;
  }

  private async make(signsFrom: number): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const sealed = await sealText(this.seal, JSON.stringify(await exportJWK(privateKey)));
    const value = { shown: { ...jwk, kid, alg: "ES256", use: "sig" }, sealed, signsFrom, endsAt: null };
    await this.kept.write(kid, value, { expected: "absent", expiresAt: null });
    this.looked = null;
    return kid;
  }

  private async all(): Promise<StoredKey[]> {
    const now = this.now();
    if (this.looked !== null && now - this.looked.at < freshMs && this.looked.keys.length > 0) return this.looked.keys;
    const keys = (await this.kept.list()).map(({ value }) => value).sort((a, b) => a.signsFrom - b.signsFrom);
    this.looked = { at: now, keys };
    return keys;
  }

  private async open({ shown, sealed }: StoredKey): Promise<SigningKey> {
    const { kid = "" } = shown;
    let key = this.opened.get(kid);
    if (key === undefined) {
      const text = await openSealed(this.seal, sealed);
      key = (await importJWK(JSON.parse(text) as JWK, "ES256")) as CryptoKey;
      this.opened.set(kid, key);
    }
    return { kid, key };
  }
}
