import type {
  AdvanceOperation,
  ClaimRequest,
  DeliverOperation,
  HoldOperation,
  Millis,
  NewEntry,
  NewHold,
  NewHoldEvent,
  NewMail,
  NewRun,
  RunRow,
  SealOperation,
  StartOperation,
  StoredPayload,
  WorkerRow,
} from "../store.ts";

/** Values for cases: complete, plain, and different from each other where a mix-up should show. */

export const namespace = "conformance";
/** The moment cases begin at. */
export const t0: Millis = 1_763_700_000_000;

const encoder = new TextEncoder();
let count = 0;

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function payload(text: string): StoredPayload {
  return { codec: "text", bytes: bytes(text), ref: false };
}

/** 32 bytes that no other call gives. */
export function freshHash(): Uint8Array {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, ++count);
  hash[31] = 0xa5;
  return hash;
}

export function entry(key: string, more: Partial<NewEntry> = {}): NewEntry {
  return {
    key,
    phase: "settled",
    kind: "step",
    outcome: "ok",
    payload: payload(`result of ${key}`),
    startedAt: t0,
    endedAt: t0 + 5,
    attempt: 1,
    measures: null,
    mailSeen: 0,
    hash: freshHash(),
    ...more,
  };
}

export function mail(more: Partial<NewMail> = {}): NewMail {
  return {
    kind: "signal",
    key: "news",
    dedupe: null,
    outcome: null,
    payload: payload("news"),
    sender: "ana",
    at: t0 + 100,
    salt: new Uint8Array(16).fill(9),
    ...more,
  };
}

export function newRun(id: string, more: Partial<NewRun> = {}): NewRun {
  const first = entry("run", { kind: "run", phase: "opened", payload: payload(`input of ${id}`), attempt: 0 });
  return {
    id,
    workflow: "refund",
    version: 1,
    spec: 1,
    codeHash: null,
    queue: "default",
    priority: 0,
    concurrencyKey: null,
    readyAt: t0,
    thread: null,
    attributes: {},
    createdBy: "ana",
    createdAt: t0,
    inputDigest: bytes(`digest of ${id}`.padEnd(32).slice(0, 32)),
    seed: "seed",
    salt: new Uint8Array(16).fill(7),
    parent: null,
    forkedFrom: null,
    entries: [first],
    chunks: [],
    mail: [],
    numbers: null,
    head: first.hash,
    ...more,
  };
}

export function start(id: string, more: Partial<NewRun> = {}, signal: NewMail | null = null): StartOperation {
  return { type: "start", run: newRun(id, more), signal };
}

/** Appends `entries` to a run as its owner knows it; `more` adds what rides along, or ends it. */
export function advance(
  run: Pick<RunRow, "pk" | "epoch" | "seq" | "head">,
  entries: NewEntry[],
  more: Partial<AdvanceOperation> = {},
): AdvanceOperation {
  return {
    type: "advance",
    pk: run.pk,
    epoch: run.epoch,
    expectSeq: run.seq,
    previousHead: run.head,
    entries,
    head: entries.at(-1)?.hash ?? run.head,
    chunks: [],
    holds: [],
    closeHolds: [],
    reopenHolds: [],
    acceptHolds: [],
    children: [],
    stream: [],
    attributes: null,
    progress: null,
    version: null,
    phase: null,
    then: { type: "continue" },
    at: t0 + 50,
    ...more,
  };
}

type Park = Extract<AdvanceOperation["then"], { type: "park" }>;
type Finish = Extract<AdvanceOperation["then"], { type: "finish" }>;

export function parked(more: Partial<Park> = {}): Park {
  return { type: "park", status: "parked", wakeAt: null, waiting: "signal", note: null, ...more };
}

export function finished(more: Partial<Finish> = {}): Finish {
  return { type: "finish", status: "completed", outcome: "success", note: null, deliveries: [], ...more };
}

export function deliver(
  to: DeliverOperation["to"],
  more: Partial<NewMail> = {},
  allowedIn: DeliverOperation["allowedIn"] = null,
): DeliverOperation {
  return { type: "deliver", to, mail: mail(more), allowedIn };
}

export function holdEvent(action: string, more: Partial<NewHoldEvent> = {}): NewHoldEvent {
  return {
    actor: null,
    channel: "engine",
    action,
    data: null,
    evidenceHash: null,
    at: t0 + 60,
    idempotencyKey: null,
    ...more,
  };
}

export function newHold(id: string, key: string, more: Partial<NewHold> = {}): NewHold {
  return {
    id,
    key,
    name: key,
    origin: "author",
    title: `please look at ${key}`,
    severity: "medium",
    form: null,
    request: payload(`request of ${key}`),
    evidenceHash: freshHash(),
    actionHash: freshHash(),
    nextAt: null,
    openedAt: t0 + 50,
    event: holdEvent("opened"),
    ...more,
  };
}

export function decide(holdId: string, revision: number, more: Partial<HoldOperation> = {}): HoldOperation {
  return {
    type: "hold",
    holdId,
    revision,
    status: "decided",
    nextAt: null,
    decision: payload("approved"),
    decidedBy: "ben",
    events: [holdEvent("decided", { actor: "ben", channel: "web" })],
    mail: mail({ kind: "decision", key: "approve", payload: payload("approved"), sender: "ben" }),
    at: t0 + 200,
    ...more,
  };
}

export function seal(run: Pick<RunRow, "pk" | "seq" | "head">, more: Partial<SealOperation> = {}): SealOperation {
  const last = entry("run", { kind: "run", payload: payload("cancelled"), attempt: 0 });
  return {
    type: "seal",
    pk: run.pk,
    expectSeq: run.seq,
    previousHead: run.head,
    entry: last,
    head: last.hash,
    status: "cancelled",
    outcome: "forced",
    note: "by force",
    deliveries: [],
    holdEvent: holdEvent("withdrawn"),
    at: t0 + 300,
    ...more,
  };
}

export function worker(incarnation: string, more: Partial<WorkerRow> = {}): WorkerRow {
  return {
    incarnation,
    host: "host",
    bootId: "boot",
    pid: 42,
    leaseUntil: t0 + 15_000,
    capabilities: [{ workflow: "refund", version: 1 }],
    ...more,
  };
}

export function claimRequest(incarnation: string, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    incarnation,
    capabilities: [{ workflow: "refund", version: 1 }],
    adopt: false,
    queues: [{ name: "default", limit: null, perKey: null }],
    limit: 100,
    now: t0 + 10,
    leaseUntil: t0 + 15_000,
    headStart: 50,
    maxStalls: 5,
    suspectStalls: 2,
    suspects: 1,
    tick: (_run, at) => mail({ kind: "tick", key: "", payload: null, salt: null, sender: null, at }),
    ...more,
  };
}
