import { randomBytes, randomInt } from "node:crypto";
import { type Engine, NotFoundError, StoreError } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import { isKey, keyHash } from "../keys/key-text.ts";
import { openSealed, sealText } from "../sign-in/sealed.ts";
import { type Read, Stored } from "../sign-in/stored.ts";
import type { Definition, StoredHook, Verification } from "./stored-hook.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** So many a namespace may have. */
const most = 1000;

/** What was made: shown once. */
export interface MadeHook {
  id: string;
  value: StoredHook;
  token: string | null;
  secret: string | null;
}

/**
 * The hooks of an installation, as records of its store: found by the public beginning of their token, which is all that is known of
 * whoever calls one. Of a token a keyed hash is kept, and compared in constant time.
 */
export class Hooks {
  private readonly kept: Stored<StoredHook>;
  private readonly sealing: Uint8Array;
  private readonly hashing: string;

  constructor(engine: Engine, { sealing, hashing }: { sealing: Uint8Array; hashing: Uint8Array }) {
    this.kept = new Stored(engine, "hook", Date.now);
    this.sealing = sealing;
    this.hashing = Buffer.from(hashing).toString("base64url");
  }

  async list(namespace: string): Promise<Read<StoredHook>[]> {
    return (await this.kept.list()).filter(({ value }) => value.namespace === namespace);
  }

  /** @throws NotFoundError also for one of another namespace */
  async get(namespace: string, id: string): Promise<StoredHook> {
    const read = await this.kept.read(id);
    if (read?.value.namespace === namespace) return read.value;
    throw new NotFoundError("hook", id);
  }

  async create(namespace: string, definition: Definition, by: string): Promise<MadeHook> {
    if ((await this.list(namespace)).length >= most)
      throw new RequestError(409, "INVALID_STATE", `there are ${most} hooks already: remove one first`);
    const id = `hk_${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join("")}`;
    const token = newToken(id);
    const { verify, secret } = splitVerification(definition.verify);
    const made = verify.type === "none" ? null : (secret ?? newSecret(verify));
    const value: StoredHook = {
      ...rules(definition, verify),
      namespace,
      tokens: [{ hash: this.hashOf(token), until: null }],
      secrets: made === null ? [] : [{ sealed: await sealText(this.sealing, made), until: null }],
      createdBy: by,
      createdAt: Date.now(),
    };
    if ((await this.kept.write(id, value, { expected: "absent", expiresAt: null })) === null)
      throw new StoreError("the hook was not taken; try again");
    return { id, value, token, secret: secret === undefined ? made : null };
  }

  /** Writes it anew where `check` lets it; the secret stays unless another is given. */
  async change(
    namespace: string,
    id: string,
    definition: Definition,
    check: (value: StoredHook) => void,
  ): Promise<StoredHook> {
    const { verify, secret } = splitVerification(definition.verify);
    const sealed = secret === undefined ? null : await sealText(this.sealing, secret);
    return this.update(namespace, id, (old) => {
      check(old);
      if (sealed === null && verify.type !== "none" && verify.type !== old.verify.type)
        throw new RequestError(422, "VALIDATION", "body.verify.secret: is needed where the kind of signature changes");
      const secrets = sealed === null ? old.secrets : [{ sealed, until: null }];
      return { ...old, ...rules(definition, verify), secrets: verify.type === "none" ? [] : secrets };
    });
  }

  async remove(namespace: string, id: string): Promise<void> {
    await this.get(namespace, id);
    await this.kept.drop(id);
  }

  /** A new token; the old one opens it for `overlapMs` more. */
  async rotateToken(namespace: string, id: string, overlapMs: number): Promise<MadeHook> {
    const token = newToken(id);
    const hash = this.hashOf(token);
    const value = await this.update(namespace, id, (old) => ({
      ...old,
      tokens: [{ hash, until: null }, ...ending(old.tokens, overlapMs)],
    }));
    return { id, value, token, secret: null };
  }

  /** A new secret; what is signed with the old one is taken for `overlapMs` more. */
  async rotateSecret(namespace: string, id: string, given: string | undefined, overlapMs: number): Promise<MadeHook> {
    const { verify } = await this.get(namespace, id);
    if (verify.type === "none")
      throw new RequestError(409, "INVALID_STATE", "this hook's sender signs nothing: change `verify` first");
    checkSecret(verify, given);
    const secret = given ?? newSecret(verify);
    const sealed = await sealText(this.sealing, secret);
    const value = await this.update(namespace, id, (old) => ({
      ...old,
      secrets: [{ sealed, until: null }, ...ending(old.secrets, overlapMs)],
    }));
    return { id, value, token: null, secret: given === undefined ? secret : null };
  }

  /** The hook that a token opens; null for every other. Takes as long for one that does not exist. */
  async opened(token: string): Promise<Read<StoredHook> | null> {
    const id = /^(hk_[A-Za-z0-9]{12})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1];
    const read = id === undefined ? null : await this.kept.read(id);
    const now = Date.now();
    const hashes = (read?.value.tokens ?? []).filter(({ until }) => until === null || until > now);
    const fits = (hashes.length > 0 ? hashes : [{ hash: null }]).map(({ hash }) => isKey(this.hashing, token, hash));
    return fits.includes(true) ? read : null;
  }

  /** What its sender may sign with now. */
  secretsOf({ secrets }: StoredHook): Promise<string[]> {
    const now = Date.now();
    const alive = secrets.filter(({ until }) => until === null || until > now);
    return Promise.all(alive.map(({ sealed }) => openSealed(this.sealing, sealed)));
  }

  private async update(namespace: string, id: string, to: (old: StoredHook) => StoredHook): Promise<StoredHook> {
    await this.get(namespace, id);
    const changed = await this.kept.change(id, to, () => null);
    if (changed) return changed;
    throw new NotFoundError("hook", id);
  }

  private hashOf(token: string): string {
    return keyHash(this.hashing, token).toString("hex");
  }
}

const newToken = (id: string): string => `${id}_${randomBytes(32).toString("base64url")}`;

const newSecret = ({ type }: Verification): string =>
  type === "standard" ? `whsec_${randomBytes(32).toString("base64")}` : randomBytes(32).toString("base64url");

function rules(
  { name, action, idempotency, window = 300, maxBytes = 262_144 }: Definition,
  verify: Verification,
): Pick<StoredHook, "name" | "action" | "verify" | "idempotency" | "window" | "maxBytes"> {
  return { name, action, verify, idempotency: idempotency ?? null, window, maxBytes };
}

/** The verification and its secret apart. Throws `RequestError` where the secret cannot be one. */
function splitVerification(given: Definition["verify"]): { verify: Verification; secret: string | undefined } {
  if (given.type === "none") return { verify: given, secret: undefined };
  const { secret, ...verify } = given;
  checkSecret(verify, secret);
  return { verify, secret };
}

function checkSecret({ type }: Verification, secret: string | undefined): void {
  if (secret === undefined || type !== "standard" || /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret)) return;
  const message = 'must be "whsec_" and base64 of 24 to 64 bytes for Standard Webhooks; leave it out to have one made';
  throw new RequestError(422, "VALIDATION", `body.verify.secret: ${message}`, {
    issues: [{ path: "body.verify.secret", message }],
  });
}

/** What is replaced ends soon; of what ends already, only what is left. */
function ending<T extends { until: number | null }>(all: readonly T[], overlapMs: number): T[] {
  const now = Date.now();
  return all
    .map((one) => ({ ...one, until: Math.min(one.until ?? Number.MAX_SAFE_INTEGER, now + overlapMs) }))
    .filter(({ until }) => until > now)
    .slice(0, 4);
}
