import { Entropy } from "../../run/entropy.ts";
import type {
  AdvanceOperation,
  ClaimRequest,
  HoldStatus,
  MailKind,
  NewRun,
  Operation,
  RunRow,
  Store,
} from "../store.ts";
import {
  advance,
  bytes,
  claimRequest,
  decide,
  deliver,
  entry,
  finished,
  freshHash,
  holdEvent,
  mail,
  newHold,
  newRun,
  parked,
  payload,
  seal,
  t0,
  worker,
} from "./builders.ts";
import { logLine, toLog } from "./logs.ts";
import { putRecord } from "./records.ts";
import { change, firing, newSchedule } from "./schedules.ts";

/** One call, ready to be made on any store. */
export interface RandomCall {
  name: string;
  make(store: Store): Promise<unknown>;
}

const workers = ["w1", "w2", "w3"] as const;
const queueNames = ["default", "slow"] as const;
const mailKinds: readonly MailKind[] = [
  "decision",
  "signal",
  "child",
  "cancel",
  "pause",
  "resume",
  "retry",
  "migrate",
  "pin",
  "operator",
];

/**
 * Random calls that make sense often enough: they know what the last answers were, and sometimes use what is stale.
 * The same seed and the same answers give the same calls.
 */
export class RandomCalls {
  readonly #entropy: Entropy;
  readonly #space: string;
  /** Runs as this caller last saw them, stale ones included. */
  readonly #seen = new Map<number, RunRow>();
  readonly #sent: Operation[] = [];
  #now = t0;
  #ids = 0;

  constructor(seed: number | string, space: string) {
    this.#entropy = new Entropy(String(seed), "random calls");
    this.#space = space;
  }

  /** Takes note of a row that a store gave. */
  see(row: RunRow): void {
    this.#seen.set(row.pk, row);
  }

  next(): RandomCall {
    this.#now += this.#below(40);
    const draw = this.#below(100);
    if (draw < 62) return this.#commit();
    if (draw < 80) return this.#claim();
    if (draw < 84) return this.#register();
    if (draw < 87) return this.#takeOver();
    if (draw < 89) return this.#retire();
    if (draw < 92) return this.#renew();
    if (draw < 95) return this.#erase();
    if (draw < 97) return this.#chance(0.8) ? this.#retain() : this.#sweepRecords();
    return this.#unread();
  }

  get now(): number {
    return this.#now;
  }

  #below(limit: number): number {
    return Math.floor(this.#entropy.random() * limit);
  }

  #chance(share: number): boolean {
    return this.#entropy.random() < share;
  }

  #pick<T>(list: readonly T[]): T {
    const item = list[this.#below(list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  #commit(): RandomCall {
    const operations: Operation[] = [];
    for (let i = this.#below(4); i >= 0; i--) {
      const repeated = this.#sent.length > 0 && this.#chance(0.1);
      const operation = repeated ? this.#pick(this.#sent.slice(-20)) : this.#operation();
      operations.push(operation);
      this.#sent.push(operation);
    }
    const space = this.#space;
    return { name: `commit ${JSON.stringify(operations)}`, make: (store) => store.commit(space, operations) };
  }

  #operation(): Operation {
    const run = this.#seen.size === 0 ? null : this.#pick([...this.#seen.values()]);
    const draw = this.#below(100);
    if (run === null || draw < 18) return this.#start();
    if (draw < 62) return this.#advance(run);
    if (draw < 80) return this.#deliver(run);
    if (draw < 93) return this.#decide(run);
    if (draw < 95) return seal(run, { at: this.#now });
    if (draw < 97) return this.#schedule(run);
    if (draw < 98) return this.#chance(0.6) ? this.#record() : this.#log();
    return {
      type: "label",
      runId: run.id,
      key: "step:a",
      label: `l${draw}`,
      by: this.#pick([null, "ana"]),
      at: this.#now,
    };
  }

  #newRun(id: string): NewRun {
    const delayed = this.#chance(0.2);
    return newRun(id, {
      queue: this.#pick(queueNames),
      priority: this.#below(3),
      version: 1 + this.#below(2),
      concurrencyKey: this.#pick([null, null, "k1", "k2"]),
      createdAt: this.#now,
      readyAt: delayed ? this.#now + this.#below(200) : this.#now,
      attributes: this.#chance(0.5) ? { n: this.#below(3), ok: this.#chance(0.5) } : {},
      mail: this.#chance(0.2) ? [mail({ dedupe: this.#pick([null, "birth"]) })] : [],
      chunks: this.#chance(0.2) ? [{ hash: bytes(`chunk ${this.#below(2)}`.padEnd(32)), bytes: bytes("chunk") }] : [],
    });
  }

  /** Of two keys; mostly the run that is replaced is one that was seen waiting, now and then a stale one. */
  #startDebounced(): Operation {
    const waiting = [...this.#seen.values()].filter((run) => run.id.startsWith("d") && run.epoch === 0);
    const replaced = waiting.length > 0 && this.#chance(0.7) ? this.#pick(waiting) : null;
    const id = replaced?.id ?? `d${++this.#ids}`;
    const run = { ...this.#newRun(id), mail: [], createdAt: this.#now, readyAt: this.#now + this.#below(300) };
    const replaces = replaced && { pk: replaced.pk, head: replaced.head };
    return { type: "start", run, signal: null, debounce: { key: `k${this.#below(2)}`, replaces, firstAt: this.#now } };
  }

  #start(): Operation {
    if (this.#chance(0.2)) return this.#startDebounced();
    const id = this.#chance(0.8) ? `r${++this.#ids}` : `r${1 + this.#below(this.#ids + 1)}`;
    const line = this.#chance(0.3)
      ? { log: this.#pick(["audit", "other"]), line: logLine(id, { at: this.#now }) }
      : null;
    return { type: "start", run: this.#newRun(id), signal: this.#chance(0.3) ? mail({ at: this.#now }) : null, line };
  }

  #deliver(run: RunRow): Operation {
    const to = this.#chance(0.5) ? { pk: run.pk } : { id: run.id };
    const kind = this.#pick(mailKinds);
    const dedupe = this.#chance(0.4) ? `d${this.#below(4)}` : null;
    const allowedIn = kind === "retry" ? (["failed", "diverged", "parked"] as const) : null;
    return deliver(to, { kind, dedupe, at: this.#now }, allowedIn);
  }

  /** Of few revisions, so that what is read, changed and removed is often what is there. */
  #schedule(run: RunRow): Operation {
    const id = `s${this.#below(2)}`;
    const revision = this.#pick([null, t0, t0 + 1, t0 + 2]);
    const nextAt = this.#chance(0.7) ? this.#now + this.#below(300) : null;
    const made = newSchedule(id, { nextAt, paused: nextAt === null, updatedAt: this.#now });
    return change(revision === null ? null : { id, revision }, revision !== null && this.#chance(0.1) ? null : made, {
      id,
      firings: this.#chance(0.6) ? [firing(`f${this.#below(4)}`, { at: this.#now })] : [],
      starts: this.#chance(0.5) ? [this.#newRun(`${id}@${this.#below(6)}`)] : [],
      deliveries: this.#chance(0.3) ? [{ to: { id: run.id }, mail: mail({ kind: "cancel", at: this.#now }) }] : [],
    });
  }

  /** Of few records and revisions; some expire at once. */
  #record(): Operation {
    const kind = this.#pick(["a", "b"] as const);
    const id = `r${this.#below(4)}`;
    const revision = this.#now - this.#below(60);
    if (this.#chance(0.2)) {
      return { type: "dropRecord", kind, id, expected: this.#pick(["any", revision] as const), at: this.#now };
    }
    return putRecord(id, {
      kind,
      body: `${this.#below(9)}`,
      expiresAt: this.#pick([null, this.#now + this.#below(300)]),
      expected: this.#pick(["any", "any", "absent", revision] as const),
      at: this.#now,
    });
  }

  #log(): Operation {
    const lines = Array.from({ length: this.#below(3) }, (_, i) =>
      logLine(`line ${i}`, { key: this.#pick([null, `k${this.#below(4)}`]), at: this.#now - this.#below(50) }),
    );
    return toLog(this.#pick(["audit", "other"] as const), ...lines);
  }

  #sweepRecords(): RandomCall {
    const [now, space] = [this.#now, this.#space];
    return { name: "sweep", make: (store) => store.sweep(space, now) };
  }

  #holdKey(run: RunRow): string {
    return `hold:${run.pk}#${this.#below(3)}`;
  }

  #decide(run: RunRow): Operation {
    const status = this.#pick<HoldStatus>(["open", "answered", "decided", "decided", "expired"]);
    const idempotencyKey = this.#chance(0.3) ? `click${this.#below(3)}` : null;
    return decide(`h-${this.#holdKey(run)}`, this.#below(3), {
      status,
      nextAt: this.#chance(0.4) ? this.#now + this.#below(100) : null,
      events: [
        holdEvent(status, {
          idempotencyKey,
          at: this.#now,
          actor: "ben",
          address: this.#pick([null, "ben@example.org"]),
          data: this.#pick([null, payload(`said ${this.#below(9)}`)]),
        }),
      ],
      ...(this.#chance(0.5) ? { progress: payload(`votes ${this.#below(9)}`) } : {}),
      mail:
        status === "open" ? null : mail({ kind: "decision", dedupe: this.#pick([null, "decision"]), at: this.#now }),
      at: this.#now,
    });
  }

  #advance(run: RunRow): Operation {
    const stale = this.#chance(0.05);
    const known = stale ? { ...run, epoch: run.epoch - 1, head: freshHash() } : run;
    const entries = Array.from({ length: this.#below(3) }, (_, i) =>
      entry(`step:${run.seq}#${i}`, { startedAt: this.#now }),
    );
    const key = this.#holdKey(run);
    const event = holdEvent("closed", { at: this.#now });
    const parent = { pk: run.pk, key: "child:c#1", close: this.#pick(["cancel", "abandon"] as const) };
    return advance(known, entries, {
      holds: this.#chance(0.2)
        ? [newHold(`h-${key}`, key, { openedAt: this.#now, nextAt: this.#pick([null, this.#now + 30]) })]
        : [],
      closeHolds: this.#chance(0.15) ? [{ key, status: this.#pick(["withdrawn", "superseded"] as const), event }] : [],
      reopenHolds: this.#chance(0.1) ? [{ key, event }] : [],
      acceptHolds: this.#chance(0.1) ? [{ key, event }] : [],
      children: this.#chance(0.1) ? [{ ...this.#newRun(`c${this.#below(30)}`), parent }] : [],
      stream: this.#chance(0.1) ? [bytes("out")] : [],
      attributes: this.#chance(0.15) ? { n: this.#pick([null, 1, 2]), text: "x" } : null,
      progress: this.#chance(0.1) ? { done: this.#below(9), total: 9 } : null,
      version: this.#chance(0.05) ? 2 : null,
      phase: this.#chance(0.05) ? "compensating" : null,
      chunks: this.#chance(0.1) ? [{ hash: bytes(`chunk ${this.#below(2)}`.padEnd(32)), bytes: bytes("chunk") }] : [],
      then: this.#then(run),
      at: this.#now,
    });
  }

  #then(run: RunRow): AdvanceOperation["then"] {
    const draw = this.#below(100);
    if (draw < 50) return { type: "continue" };
    if (draw < 80) {
      const status = this.#pick(["parked", "parked", "parked", "paused", "diverged", "ready"] as const);
      const wakeAt = this.#chance(0.5) ? this.#now + this.#below(150) : null;
      return parked({ status, wakeAt, waiting: this.#pick(["hold", "signal", "time", null] as const), note: "note" });
    }
    if (draw < 94) {
      const status = this.#pick(["completed", "failed", "cancelled"] as const);
      const other = this.#pick([...this.#seen.values()]);
      const deliveries = this.#chance(0.5)
        ? [{ to: { pk: other.pk }, mail: mail({ kind: "child", at: this.#now }) }]
        : [];
      return finished({ status, deliveries });
    }
    return { type: "continueAsNew", next: this.#newRun(this.#chance(0.95) ? run.id : "wrong id") };
  }

  #claim(): RandomCall {
    const limits = [null, 1, 3] as const;
    const modes = ["running", "unfinished"] as const;
    const request: ClaimRequest = claimRequest(this.#pick(workers), {
      capabilities: [{ workflow: "refund", version: 1 + this.#below(2) }],
      adopt: this.#chance(0.5),
      queues: queueNames.slice(0, 1 + this.#below(2)).map((name) => ({
        name,
        limit: this.#pick(limits),
        perKey: this.#chance(0.4) ? { limit: 1 + this.#below(2), while: this.#pick(modes) } : null,
        rate: this.#chance(0.2) ? { interval: 70, burst: 1 + this.#below(3) } : null,
        keyRate: this.#chance(0.2) ? { interval: 33.3, burst: 1 + this.#below(2) } : null,
      })),
      limit: 1 + this.#below(4),
      now: this.#now,
      leaseUntil: this.#now + 300,
      headStart: this.#pick([0, 50]),
      maxStalls: 4,
      suspectStalls: 1 + this.#below(2),
      suspects: this.#below(3),
    });
    const space = this.#space;
    return { name: `claim ${JSON.stringify(request)}`, make: (store) => store.claim(space, request) };
  }

  #register(): RandomCall {
    const row = worker(this.#pick(workers), {
      leaseUntil: this.#now + 300,
      capabilities: [{ workflow: "refund", version: 1 + this.#below(2) }],
    });
    const space = this.#space;
    return { name: `register ${row.incarnation}`, make: (store) => store.register(space, row) };
  }

  #renew(): RandomCall {
    const incarnation = this.#pick(workers);
    const [now, space] = [this.#now, this.#space];
    return { name: `renew ${incarnation}`, make: (store) => store.renew(space, incarnation, now, now + 300) };
  }

  #retire(): RandomCall {
    const incarnation = this.#pick(workers);
    const space = this.#space;
    return { name: `retire ${incarnation}`, make: (store) => store.retire(space, incarnation) };
  }

  #takeOver(): RandomCall {
    const request = { now: this.#now, dead: this.#chance(0.3) ? [this.#pick(workers)] : [] };
    const space = this.#space;
    return { name: `takeOver ${JSON.stringify(request)}`, make: (store) => store.takeOver(space, request) };
  }

  #erase(): RandomCall {
    const pk = 1 + this.#below(this.#seen.size + 1);
    const erasure = { entries: [{ seq: 1, digest: freshHash() }], mail: [], by: "dpo", at: this.#now };
    const rarely = this.#chance(0.2);
    const space = this.#space;
    if (!rarely)
      return { name: "cache", make: (store) => store.cache(space, `k${pk % 4}`, payload(String(pk)), erasure.at + 60) };
    return { name: `erase ${pk}`, make: (store) => store.erase(space, pk, erasure) };
  }

  #retain(): RandomCall {
    const request = {
      finishedBefore: this.#now - 300,
      tombstonesBefore: this.#now - 600,
      holdsBefore: this.#pick([null, this.#now - 300]),
      limit: 1 + this.#below(3),
      now: this.#now,
    };
    const space = this.#space;
    return { name: `retain ${JSON.stringify(request)}`, make: (store) => store.retain(space, request) };
  }

  #unread(): RandomCall {
    const owned = [...this.#seen.values()].slice(-6).map(({ pk, epoch, seq }) => ({ pk, epoch, seq }));
    const space = this.#space;
    return { name: "unread", make: (store) => store.unread(space, owned) };
  }
}
