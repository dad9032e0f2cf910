import { type EncryptedStore, encrypted } from "../../encryption/encrypted-store.ts";
import { type Keyring, keyring } from "../../encryption/keyring.ts";
import { encryptionStatus, rotateEncryption } from "../../encryption/rotate.ts";
import { StoreError } from "../../errors.ts";
import { verifyRun } from "../../journal/verify.ts";
import { memoryStore } from "../../store/memory/memory-store.ts";
import type { History, RunRow, Store } from "../../store/store.ts";
import { erasedCodec, sealedCodec } from "../../store/transitions.ts";
import { Dice } from "../dice.ts";
import { wrapStore } from "../store-calls.ts";
import type { SimulatedProcess } from "./process.ts";
import { namespace, type World } from "./world.ts";

/** A time in which the key service refuses, or says nothing until whoever asks gives up. */
interface Outage {
  from: number;
  until: number;
  silent: boolean;
}

const secrets = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) };
type KeyId = keyof typeof secrets;
const ringOf = (current: KeyId): Keyring => keyring({ current, keys: secrets });

/** The keys of an encrypted world: every process has an encrypted store of its own, and one key service gives keys to all, when it does. */
export class KeyRoom {
  /** The key that data keys are wrapped with from now on. */
  private current: KeyId = "k1";
  private readonly world: World;
  private readonly below: Store;
  private readonly dice: Dice;
  private readonly outages: Outage[] = [];
  /** Keys are asked for over a network; otherwise each process has them. */
  private readonly remote: boolean;
  /** How long who asks waits for an answer. */
  private readonly timeoutMs: number;
  private readonly keepKeys: "1h" | "2s";
  private readonly dataKeys: Store | null;

  constructor(world: World, below: Store) {
    this.world = world;
    this.below = below;
    this.dice = new Dice(world.seed, "keys");
    this.remote = this.dice.chance(0.6);
    this.timeoutMs = this.dice.pick([500, 1500]);
    this.keepKeys = this.dice.pick(["1h", "2s"] as const);
    // All processes have this one: none of them closes it for the others.
    this.dataKeys = this.dice.chance(0.25) ? { ...memoryStore(), close: async () => {} } : null;
    for (let n = this.dice.below(3); n > 0; n--) {
      const from = world.now + this.dice.between(0, 6000);
      this.outages.push({ from, until: from + this.dice.between(200, 3000), silent: this.dice.chance(0.5) });
    }
  }

  /** What somebody reads with to whom nothing happens. */
  reader(current: KeyId = "k1", keys: Keyring = ringOf(current)): EncryptedStore {
    const { below, dataKeys, world } = this;
    const clock = { now: () => world.now, timer: () => () => {} };
    return encrypted(below, { keys, clock, ...(dataKeys ? { dataKeys } : {}) });
  }

  /** A process's own way to the store. What it says of scopes is told to the auditor, who sees ciphertext only. */
  storeOf(process: SimulatedProcess, link: Store): Store {
    const { world } = this;
    return wrapStore(this.encryptedFor(process, link), (call, proceed) => {
      world.auditor.hears(call.operations);
      return proceed();
    });
  }

  private encryptedFor({ actor, clock }: Pick<SimulatedProcess, "actor" | "clock">, link: Store): EncryptedStore {
    const { dataKeys, keepKeys } = this;
    return encrypted(link, { keys: this.ringFor(actor), keepKeys, clock, ...(dataKeys ? { dataKeys } : {}) });
  }

  private ringFor(actor: SimulatedProcess["actor"]): Keyring {
    const room = this;
    const ask = (what: string, work: () => Uint8Array | Promise<Uint8Array>): Uint8Array | Promise<Uint8Array> => {
      if (!room.remote) return work();
      const { world, dice } = room;
      const outage = room.outages.find(({ from, until }) => from <= world.now && world.now < until);
      const fails = !world.mishaps.over && (outage !== undefined || dice.chance(0.02));
      const ms = fails && (outage?.silent ?? dice.chance(0.3)) ? room.timeoutMs : world.latency() + 1;
      return new Promise((resolve, reject) => {
        world.scheduler.post(actor, `the key service ${fails ? "does not answer" : "answers"} ${what}`, ms, () =>
          fails ? reject(new StoreError("the key service is away")) : resolve(work()),
        );
      });
    };
    return {
      get current() {
        return room.current;
      },
      wrap(dataKey, context) {
        const ring = ringOf(room.current);
        return ask("wrap", () => ring.wrap(dataKey, context));
      },
      unwrap: (keyId, wrapped, context) => ask("unwrap", () => ringOf("k1").unwrap(keyId, wrapped, context)),
    };
  }

  /** In half of the worlds another key becomes the current one, and everything is wrapped with it while all goes on. */
  begin(): void {
    const { world, dice } = this;
    if (dice.chance(0.5)) return;
    const locksmith = world.fleet.counter("locksmith", false);
    const store = this.encryptedFor(locksmith, locksmith.link.store);
    const rotate = async (): Promise<void> => {
      try {
        await store.open();
        await rotateEncryption(store, namespace, { batch: dice.between(1, 6) });
      } catch {
        world.scheduler.post(world.network, "rotates on", 100, () => void rotate());
      }
    };
    world.scheduler.post(world.network, "a new key", dice.between(300, 5000), () => {
      this.current = "k2";
      world.scheduler.post(world.network, "rotates", dice.between(50, 2000), () => void rotate());
    });
  }

  /** The world is at rest: the old key goes where there is a new one, and everything is to be read without it. */
  async end(): Promise<Store> {
    const { world, current } = this;
    const store = this.reader(current);
    await rotateEncryption(store, namespace);
    const { wrappedWith } = await encryptionStatus(store, namespace);
    const others = Object.keys(wrappedWith).filter((id) => id !== current);
    if (others.length > 0) world.violation(`after a rotation data keys are wrapped with ${others.join(", ")}`);
    await this.checkStored();
    return this.reader(current, keyring({ current, keys: { [current]: secrets[current] } }));
  }

  /** Nothing stands there plain, and every chain is whole for whoever has no keys. */
  private async checkStored(): Promise<void> {
    let previous: RunRow | null = null;
    for (const row of await this.rows()) {
      const [stored = { entries: [], mail: [] }] = await this.below.history(namespace, [{ pk: row.pk, after: 0 }]);
      const previousHead = previous?.id === row.id ? previous.head : null;
      const { problems } = verifyRun({ run: row, ...stored, previousHead, chainKey: undefined, others: [] });
      for (const problem of problems)
        this.world.violation(`chain of ${row.id}.${row.generation} without keys: ${JSON.stringify(problem)}`);
      if (row.salt !== null) this.checkCodecs(row, stored);
      previous = row;
    }
  }

  private checkCodecs({ id, generation }: RunRow, { entries, mail }: History): void {
    for (const { key, payload } of [...entries, ...mail])
      if (payload !== null && payload.codec !== sealedCodec && payload.codec !== erasedCodec)
        this.world.violation(`${id}.${generation}: what ${key} says is not encrypted (${payload.codec})`);
  }

  private async rows(): Promise<RunRow[]> {
    const rows: RunRow[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await this.below.runs(namespace, {}, { limit: 1000, cursor });
      for (const { id } of page.items) rows.push(...(await this.below.generations(namespace, id)));
      cursor = page.cursor;
      if (cursor === null) return rows;
    }
  }
}
