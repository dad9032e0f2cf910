import { randomBytes, randomUUID } from "node:crypto";
import { type Engine, NotFoundError, StoreError } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import { openSealed, sealText } from "../sign-in/sealed.ts";
import { type Read, Stored } from "../sign-in/stored.ts";
import { Health } from "./health.ts";
import type { StoredSubscription } from "./subscription.ts";

/** So many a namespace may have. */
const most = 100;

/** The subscriptions of one namespace, as records of its store. */
export class Subscriptions {
  readonly health: Health;
  private readonly kept: Stored<StoredSubscription>;
  private readonly key: Uint8Array;

  /** @param key seals the secrets */
  constructor(engine: Engine, key: Uint8Array) {
    this.kept = new Stored(engine, "webhook", Date.now, engine.namespace);
    this.health = new Health(engine);
    this.key = key;
  }

  list(): Promise<Read<StoredSubscription>[]> {
    return this.kept.list();
  }

  find(id: string): Promise<Read<StoredSubscription> | null> {
    return this.kept.read(id);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Read<StoredSubscription>> {
    const read = await this.find(id);
    if (read) return read;
    throw new NotFoundError("webhook", id);
  }

  /** Makes one. `secret` is the only time that anybody sees it. */
  async create(
    made: Pick<StoredSubscription, "name" | "url" | "filter" | "createdBy">,
  ): Promise<{ read: Read<StoredSubscription>; secret: string }> {
    if ((await this.list()).length >= most)
      throw new RequestError(409, "INVALID_STATE", `there are ${most} webhooks already: remove one first`);
    const id = `wh_${randomUUID().replaceAll("-", "")}`;
    const secret = newSecret();
    const secrets = [{ sealed: await sealText(this.key, secret), until: null }];
    const value = { ...made, paused: false, secrets, createdAt: Date.now() };
    const revision = await this.kept.write(id, value, { expected: "absent", expiresAt: null });
    if (revision === null) throw new StoreError("the webhook was not taken; try again");
    return { read: { id, value, revision }, secret };
  }

  /** Changes it as `to` says; `to` may throw. */
  async change(id: string, to: (value: StoredSubscription) => StoredSubscription): Promise<StoredSubscription> {
    const changed = await this.kept.change(id, to, () => null);
    if (changed) return changed;
    throw new NotFoundError("webhook", id);
  }

  async remove(id: string): Promise<void> {
    await this.get(id);
    await this.kept.drop(id);
    await this.health.forget(id);
  }

  /** A new secret; messages are signed with the old one, too, for `overlapMs` more. */
  async rotate(id: string, overlapMs: number): Promise<{ value: StoredSubscription; secret: string }> {
    const secret = newSecret();
    const sealed = await sealText(this.key, secret);
    const value = await this.change(id, (old) => {
      const now = Date.now();
      const until = now + overlapMs;
      const before = old.secrets.map((one) => ({ ...one, until: one.until === null ? until : one.until }));
      const alive = before.filter((one) => one.until > now).slice(0, 4);
      return { ...old, secrets: [{ sealed, until: null }, ...alive] };
    });
    return { value, secret };
  }

  /** What to sign with now, the newest first. */
  secretsOf({ secrets }: StoredSubscription): Promise<string[]> {
    const now = Date.now();
    const alive = secrets.filter(({ until }) => until === null || until > now);
    return Promise.all(alive.map(({ sealed }) => openSealed(this.key, sealed)));
  }
}

const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
