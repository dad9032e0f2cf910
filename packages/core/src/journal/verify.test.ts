import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Entry, Mail, RunRow } from "../store/store.ts";
import { exportAnchors, readAnchors, verifyAnchor } from "./anchor.ts";
import { entryHash, erasureDigests, genesis, mailDigest, payloadDigest } from "./chain.ts";
import { encodePayload } from "./payload.ts";
import { verifyRun } from "./verify.ts";

interface Recorded {
  run: RunRow;
  entries: Entry[];
  mail: Mail[];
}

/** A real chain: `e` records an entry that has seen all mail, `m` delivers mail, `o` an entry that has not seen the newest mail. */
function record(id: string, script: string, options: { chainKey?: Uint8Array; previous?: Recorded } = {}): Recorded {
  const generation = (options.previous?.run.generation ?? 0) + 1;
  const run: RunRow = {
    pk: 1,
    namespace: "default",
    id,
    generation,
    workflow: "refund",
    version: 1,
    spec: 1,
    codeHash: null,
    status: "completed",
    waiting: null,
    outcome: "success",
    phase: null,
    queue: "default",
    priority: 0,
    concurrencyKey: null,
    readyAt: 0,
    wakeAt: null,
    epoch: 1,
    owner: null,
    seq: 0,
    stalls: 0,
    seed: `seed of ${id}`,
    salt: randomBytes(16),
    head: new Uint8Array(32),
    entryCount: 0,
    parent: null,
    forkedFrom: null,
    thread: null,
    inputDigest: new Uint8Array(32),
    attributes: {},
    progress: null,
    streamed: 0,
    note: null,
    createdBy: "ana",
    createdAt: 1_000,
    updatedAt: 1_000,
    finishedAt: 2_000,
  };
  const recorded: Recorded = { run, entries: [], mail: [] };
  run.head = options.previous?.run.head ?? genesis(run, options.chainKey);
  for (const kind of script) {
    if (kind === "m") deliver(recorded);
    else append(recorded, kind === "o", options.chainKey);
  }
  return recorded;
}

function deliver({ run, mail }: Recorded): void {
  run.seq += 1;
  mail.push({
    n: run.seq,
    kind: "signal",
    key: "address",
    dedupe: null,
    outcome: null,
    sender: "ben",
    at: 1_000 + run.seq,
    payload: payload({ street: `number ${run.seq}` }),
    salt: randomBytes(16),
  });
}

function append({ run, entries, mail }: Recorded, overlooks: boolean, chainKey?: Uint8Array): void {
  const seen = entries.at(-1)?.mailSeen ?? 0;
  const visible = overlooks ? mail.slice(0, -1) : mail;
  const covers = visible.filter(({ n }) => n > seen);
  run.seq += 1;
  const entry: Entry = {
    seq: run.seq,
    key: `step:work#${run.entryCount + 1}`,
    phase: "settled",
    kind: "step",
    outcome: "ok",
    payload: payload({ amount: run.seq }),
    startedAt: 1_000 + run.seq,
    endedAt: 1_001 + run.seq,
    attempt: 1,
    measures: null,
    mailSeen: visible.at(-1)?.n ?? seen,
    hash: new Uint8Array(32),
  };
  const digest = payloadDigest(run.salt, entry.payload);
  entry.hash = entryHash(run.head, entry, digest, covers.map(mailDigest), genesis(run, chainKey));
  run.head = entry.hash;
  run.entryCount += 1;
  entries.push(entry);
}

const payload = (value: unknown): Entry["payload"] => encodePayload(value, { subject: "test" }).payload;

/** Hashes everything from `from` on anew, as somebody would who has read our source. */
function recompute({ run, entries, mail }: Recorded, from = 0): void {
  const origin = genesis(run);
  for (const [index, entry] of entries.entries()) {
    if (index < from) continue;
    const before = entries[index - 1];
    const covers = mail.filter(({ n }) => n > (before?.mailSeen ?? 0) && n <= entry.mailSeen);
    entry.hash = entryHash(
      before?.hash ?? origin,
      entry,
      payloadDigest(run.salt, entry.payload),
      covers.map(mailDigest),
      origin,
    );
  }
  run.head = entries.at(-1)?.hash ?? origin;
  run.entryCount = entries.length;
}

function erase({ run, entries, mail }: Recorded): void {
  const digests = erasureDigests(run.salt, entries, mail);
  for (const { seq, digest } of digests.entries) {
    const entry = entries.find((one) => one.seq === seq);
    if (entry) entry.payload = { codec: "erased", bytes: digest, ref: false };
  }
  for (const { n, digest } of digests.mail) {
    const row = mail.find((one) => one.n === n);
    if (row) row.payload = { codec: "erased", bytes: digest, ref: false };
  }
  for (const row of mail) row.salt = null;
  run.salt = null;
  run.attributes = {};
}

const found = (recorded: Recorded): string[] =>
  verifyRun(recorded).problems.map(({ kind, seq }) => (seq === null ? kind : `${kind} ${seq}`));

const script = "emeoemme";
//              12345678  numbers: e1 m2 e3 o4 e5 m6 m7 e8 (o4 has seen all but the newest mail)

describe("a chain that nobody touched", () => {
  test.each(["e", "ee", script, "emmmmeeemoeemeooe", "mmee", "eemm"])("is intact: %s", (rows) => {
    expect(verifyRun(record("a", rows))).toMatchObject({ verdict: "intact", problems: [] });
  });

  test("is intact with a key, and broken without it", () => {
    const chainKey = randomBytes(32);
    const recorded = record("a", script, { chainKey });
    expect(verifyRun({ ...recorded, chainKey }).verdict).toBe("intact");
    expect(verifyRun(recorded).verdict).toBe("broken");
  });

  test("goes on over continueAsNew from the head of the generation before", () => {
    const first = record("a", "eme");
    const second = record("a", "eme", { previous: first });
    expect(verifyRun({ ...second, previousHead: first.run.head }).verdict).toBe("intact");
    expect(verifyRun({ ...second, previousHead: randomBytes(32) }).problems).toMatchObject([
      { kind: "edited", seq: 1 },
    ]);
  });

  test("is erased, not broken, after erasure", () => {
    const recorded = record("a", script);
    erase(recorded);
    expect(verifyRun(recorded)).toMatchObject({ verdict: "erased", problems: [] });
  });

  test("keeps its anchor through erasure and growth", () => {
    const recorded = record("a", "eme");
    const anchors = exportAnchors([recorded.run], { at: 5 });
    append(recorded, false);
    erase(recorded);
    expect(verifyAnchor(anchors.heads[0]!, recorded)).toBeNull();
  });
});

describe("an edited row is named", () => {
  const edits: [string, (entry: Entry) => void][] = [
    ["payload", (entry) => (entry.payload = payload({ amount: 1_000_000 }))],
    ["payload removed", (entry) => (entry.payload = null)],
    ["codec", (entry) => (entry.payload = { ...entry.payload!, codec: "rich" })],
    ["ref", (entry) => (entry.payload = { ...entry.payload!, ref: true })],
    ["key", (entry) => (entry.key = "step:pay#1")],
    ["phase", (entry) => (entry.phase = "opened")],
    ["kind", (entry) => (entry.kind = "hold")],
    ["outcome", (entry) => (entry.outcome = "error")],
    ["outcome removed", (entry) => (entry.outcome = null)],
    ["startedAt", (entry) => (entry.startedAt += 1)],
    ["endedAt", (entry) => (entry.endedAt += 1)],
    ["attempt", (entry) => (entry.attempt += 1)],
    ["measures", (entry) => (entry.measures = "{}")],
    ["mailSeen", (entry) => (entry.mailSeen += 0.5)],
    ["hash", (entry) => (entry.hash = randomBytes(32))],
  ];
  test.each(edits)("entry: %s", (_, edit) => {
    for (const index of [0, 1, 2]) {
      const recorded = record("a", "emeee");
      edit(recorded.entries[index]!);
      const problems = found(recorded);
      // An entry whose own hash is gone makes the next one follow nothing, too.
      expect(problems).toContain(`edited ${recorded.entries[index]!.seq}`);
      expect(problems.every((problem) => problem.startsWith("edited"))).toBe(true);
    }
  });

  const mailEdits: [string, (mail: Mail) => void][] = [
    ["payload", (mail) => (mail.payload = payload("elsewhere"))],
    ["sender", (mail) => (mail.sender = "mallory")],
    ["kind", (mail) => (mail.kind = "decision")],
    ["key", (mail) => (mail.key = "other")],
    ["outcome", (mail) => (mail.outcome = "error")],
    ["dedupe", (mail) => (mail.dedupe = "x")],
    ["at", (mail) => (mail.at += 1)],
    ["salt", (mail) => (mail.salt = randomBytes(16))],
  ];
  test.each(mailEdits)("mail: %s", (_, edit) => {
    const recorded = record("a", script);
    edit(recorded.mail[0]!);
    expect(found(recorded)).toEqual(["edited 3"]);
    expect(verifyRun(recorded).problems[0]?.message).toContain("mail it covers (2)");
  });

  test("two pieces of mail that exchanged their numbers", () => {
    const recorded = record("a", script);
    const [, first, second] = recorded.mail;
    [first!.n, second!.n] = [second!.n, first!.n];
    expect(found(recorded)).toEqual(["edited 8"]);
  });

  test("after erasure as well", () => {
    const recorded = record("a", script);
    erase(recorded);
    recorded.mail[0]!.sender = "mallory";
    expect(found(recorded)).toEqual(["edited 3"]);
    const other = record("b", script);
    erase(other);
    other.entries[1]!.payload = payload({ amount: 3 });
    expect(found(other)).toContain("edited 3");
  });

  test("content taken away under the pretence of erasure", () => {
    const recorded = record("a", script);
    const entry = recorded.entries[1]!;
    entry.payload = { codec: "erased", bytes: payloadDigest(recorded.run.salt, entry.payload), ref: false };
    expect(found(recorded)).toEqual(["edited 3"]);
  });

  test("two of them, far apart", () => {
    const recorded = record("a", "eeeeeeeeee");
    recorded.entries[2]!.outcome = "error";
    recorded.entries[7]!.outcome = "error";
    expect(found(recorded)).toEqual(["edited 3", "edited 8"]);
  });
});

describe("a deleted row is named", () => {
  test.each([0, 1, 2, 3])("entry %i", (index) => {
    const recorded = record("a", script);
    const [gone] = recorded.entries.splice(index, 1);
    expect(found(recorded)).toEqual([`deleted ${gone!.seq}`]);
  });

  test.each([0, 1, 2])("mail %i", (index) => {
    const recorded = record("a", script);
    const [gone] = recorded.mail.splice(index, 1);
    expect(found(recorded)).toEqual([`deleted ${gone!.n}`]);
  });

  test("mail that no entry covers yet", () => {
    const recorded = record("a", "eemm");
    recorded.mail.splice(0, 1);
    expect(found(recorded)).toEqual(["deleted 3"]);
  });

  test("an entry whose gap was closed by renumbering", () => {
    const recorded = record("a", "eeeeee");
    recorded.entries.splice(2, 1);
    for (const entry of recorded.entries.slice(2)) entry.seq -= 1;
    expect(found(recorded)).toEqual(["deleted 3"]);
  });

  test("and still when the row's counts were made to fit", () => {
    const recorded = record("a", "eeeeee");
    recorded.entries.splice(2, 1);
    for (const entry of recorded.entries.slice(2)) entry.seq -= 1;
    recorded.run.seq -= 1;
    recorded.run.entryCount -= 1;
    expect(verifyRun(recorded).verdict).toBe("broken");
  });
});

describe("an inserted row is named", () => {
  const forge = (after: Entry): Entry => ({
    ...after,
    seq: after.seq + 1,
    key: "step:forged#1",
    hash: randomBytes(32),
  });

  test("an entry between others, with renumbering", () => {
    const recorded = record("a", "eeeee");
    const forged = forge(recorded.entries[1]!);
    for (const entry of recorded.entries.slice(2)) entry.seq += 1;
    recorded.entries.splice(2, 0, forged);
    expect(found(recorded)).toContain("inserted 3");
  });

  test("one with a hash that follows its predecessor, and all counts made to fit", () => {
    const recorded = record("a", "eeeee");
    const before = recorded.entries[1]!;
    const forged = forge(before);
    forged.hash = entryHash(
      before.hash,
      forged,
      payloadDigest(recorded.run.salt, forged.payload),
      [],
      genesis(recorded.run),
    );
    for (const entry of recorded.entries.slice(2)) entry.seq += 1;
    recorded.entries.splice(2, 0, forged);
    recorded.run.entryCount += 1;
    recorded.run.seq += 1;
    expect(found(recorded)).toEqual(["inserted 3"]);
  });

  test("an entry with a number that is taken", () => {
    const recorded = record("a", "eeeee");
    recorded.entries.push({ ...forge(recorded.entries[1]!), seq: 3 });
    expect(found(recorded)).toContain("inserted 3");
  });

  test("mail above the run's count", () => {
    const recorded = record("a", script);
    recorded.mail.push({ ...recorded.mail[0]!, n: 9 });
    expect(found(recorded)).toEqual(["inserted 9"]);
  });
});

describe("a moved row is named", () => {
  test.each([
    [0, 1],
    [1, 2],
    [1, 3],
    [0, 4],
  ])("entries %i and %i exchanged", (first, second) => {
    const recorded = record("a", "eeeeee");
    const [a, b] = [recorded.entries[first]!, recorded.entries[second]!];
    [a.seq, b.seq] = [b.seq, a.seq];
    const problems = found(recorded);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every((problem) => problem.startsWith("reordered"))).toBe(true);
  });
});

describe("a cut tail is named", () => {
  test.each([1, 2, 3])("%i entries", (count) => {
    const recorded = record("a", "eeeeee");
    recorded.entries.splice(-count);
    expect(found(recorded)).toEqual([`truncated ${6 - count}`]);
  });

  test("with the run's numbers set back", () => {
    const recorded = record("a", "eeeeee");
    recorded.entries.splice(-2);
    recorded.run.seq = 4;
    recorded.run.entryCount = 4;
    expect(found(recorded)).toEqual(["head 4"]);
  });

  test("with the whole row set back only an anchor shows it", () => {
    const recorded = record("a", "eeeeee");
    const { heads } = exportAnchors([recorded.run], { at: 1 });
    recorded.entries.splice(-2);
    Object.assign(recorded.run, { seq: 4, entryCount: 4, head: recorded.entries[3]!.hash });
    expect(verifyRun(recorded).verdict).toBe("intact");
    expect(verifyAnchor(heads[0]!, recorded)).toMatchObject({ kind: "truncated" });
  });

  test("the head set back while the entries stayed", () => {
    const recorded = record("a", "eeee");
    recorded.run.head = recorded.entries[1]!.hash;
    expect(found(recorded)).toEqual(["head 3", "head 4"]);
  });
});

describe("swapped runs are named", () => {
  test("their journals and inboxes", () => {
    const [a, b] = [record("a", script), record("b", script)];
    expect(found({ run: a.run, entries: b.entries, mail: b.mail })).toEqual(["swapped"]);
  });

  test("whole rows, by exchanging the ids; the other run is named when it is known", () => {
    const [a, b] = [record("a", script), record("b", script)];
    [a.run.id, b.run.id] = [b.run.id, a.run.id];
    expect(found(a)).toEqual(["swapped"]);
    const original = record("a", "e").run;
    const { problems } = verifyRun({ ...a, others: [{ ...original, seed: a.run.seed, salt: a.run.salt }] });
    expect(problems[0]?.message).toContain("chain of run a");
  });

  const identities: [string, Partial<RunRow>][] = [
    ["namespace", { namespace: "other" }],
    ["workflow", { workflow: "payout" }],
    ["creator", { createdBy: "mallory" }],
    ["no creator", { createdBy: null }],
    ["creation time", { createdAt: 1 }],
    ["seed", { seed: "another" }],
    ["origin of a fork", { forkedFrom: { id: "b", seq: 3 } }],
    ["generation", { generation: 2 }],
  ];
  test.each(identities)("a run whose %s was changed is not what it was", (_, change) => {
    const recorded = record("a", script);
    Object.assign(recorded.run, change);
    expect(found(recorded)).toEqual(["swapped"]);
  });
});

describe("a recomputed chain", () => {
  test("that ends in another head", () => {
    const recorded = record("a", script);
    const { head } = recorded.run;
    recorded.entries[1]!.outcome = "error";
    recompute(recorded, 1);
    recorded.run.head = head;
    expect(found(recorded)).toEqual(["head 8"]);
  });

  test("is shown by an anchor", () => {
    const recorded = record("a", script);
    const { heads } = exportAnchors([recorded.run], { at: 1 });
    recorded.entries[1]!.outcome = "error";
    recompute(recorded);
    expect(verifyRun(recorded).verdict).toBe("intact");
    expect(verifyAnchor(heads[0]!, recorded)).toMatchObject({ kind: "recomputed" });
  });

  test("cannot be made without the key", () => {
    const chainKey = randomBytes(32);
    const recorded = record("a", script, { chainKey });
    recompute(recorded);
    expect(verifyRun({ ...recorded, chainKey }).problems).toMatchObject([{ kind: "swapped" }]);
  });
});

describe("anchors", () => {
  test("survive being written and read", () => {
    const chainKey = randomBytes(32);
    const anchors = exportAnchors([record("a", "ee").run, record("b", "eme").run], { at: 7, chainKey });
    expect(readAnchors(JSON.stringify(anchors), chainKey)).toEqual(anchors);
  });

  test("that were changed, or are not anchors, are refused", () => {
    const chainKey = randomBytes(32);
    const anchors = exportAnchors([record("a", "ee").run], { at: 7, chainKey });
    anchors.heads[0]!.entryCount = 1;
    expect(() => readAnchors(JSON.stringify(anchors), chainKey)).toThrow("was changed");
    expect(() => readAnchors("{")).toThrow("is not a file");
    expect(() => readAnchors('{"version":1,"at":1,"mac":null,"heads":[{}]}')).toThrow("is not a file");
  });

  test("name a run that is gone", () => {
    const { heads } = exportAnchors([record("a", "ee").run], { at: 7 });
    expect(verifyAnchor(heads[0]!, null)).toMatchObject({ kind: "deleted" });
  });
});
