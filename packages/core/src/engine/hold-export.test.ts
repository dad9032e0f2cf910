import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { staticDirectory } from "../hold/directory.ts";
import { canonicalJson } from "../hold/record/canonical-json.ts";
import type { HoldRecord } from "../hold/record/format.ts";
import { holdRecordPage } from "../hold/record/page.ts";
import { sealRecord } from "../hold/record/seal.ts";
import { verifyHoldRecord } from "../hold/record/verify-record.ts";
import { signDecision } from "../hold/signature.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const pem = (key: { publicKey: KeyObject }): string => key.publicKey.export({ type: "spki", format: "pem" }).toString();
const ana = generateKeyPairSync("ed25519");
const installation = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const key = installation.privateKey;
const directory = staticDirectory({ groups: { finance: ["ana", "ben", "cleo"] }, keys: { ana: [pem(ana)] } });

const payout = workflow({ name: "payout" }, async (ctx) => {
  await ctx.step("look up", () => "secret of the step");
  const { approved } = await ctx.approve("sign", {
    title: 'Pay <script>alert("x")</script>?',
    consequence: "$120 go out & never come back.",
    severity: "high",
    context: {
      order: "A-7",
      amount: 120,
      lines: [
        { item: "cup", price: 60 },
        { item: "jar", price: 60 },
      ],
    },
    reviewers: { groups: ["finance"], quorum: 2, managers: { people: ["zoe"] } },
    links: [
      { title: "order", url: "https://shop.example/A-7" },
      { title: "bad", url: "javascript:alert(1)" },
    ],
    tags: ["money"],
  });
  await ctx.step("pay", () => approved);
  return approved;
});

/** A record of a hold that was asked about, amended, voted on by two, one of whom signed. */
async function decided(engine: Engine): Promise<{ record: HoldRecord; runId: string }> {
  const run = await engine.run("payout", undefined, { by: "rita" });
  const first = await run.hold("sign");
  await engine.holds.ask(first, "Which cup?", { by: "ana" });
  await engine.holds.answer(first, 1, "The blue one", { by: "zoe" });
  await engine.holds.amend(first, { order: "A-7", amount: 150 }, { by: "zoe" });
  const hold = await engine.hold(first.id);
  const yes = { approved: true };
  const signature = signDecision(ana.privateKey, hold, yes, { by: "ana" });
  await engine.decide(hold, yes, { by: "ana", signature, channel: "mail", address: "ana@example.org" });
  await engine.decide(hold, yes, { by: "ben", note: "checked" });
  await run.result();
  return { record: await engine.holds.export(hold, { key }), runId: run.id };
}

const trusted = [pem(installation)];
const problemsOf = async (record: HoldRecord, options = {}): Promise<string> => {
  const { verdict, problems } = await verifyHoldRecord(JSON.stringify(record), { trusted, ...options });
  expect(verdict).toBe("broken");
  return problems.join("\n");
};

describe("the record of one hold", () => {
  const world = new Deployments("normal", { directory });
  afterEach(() => world.stop());

  test("proves itself elsewhere: evidence, trail, answer, chain, reviewers' signatures and the installation's", async () => {
    const engine = await world.deploy([payout]);
    const { record, runId } = await decided(engine);
    const anchors = await engine.anchors();
    const found = await verifyHoldRecord(JSON.stringify(record), { trusted, anchors });
    expect(found).toMatchObject({ verdict: "intact", problems: [], unchecked: [], signedBy: { trusted: true } });
    expect(found.checked.join("\n")).toMatch(
      /evidence[\s\S]*trail[\s\S]*stored[\s\S]*answer[\s\S]*chain[\s\S]*anchor[\s\S]*reviewers[\s\S]*installation/,
    );
    const { readable } = record;
    expect(readable).toMatchObject({
      run: runId,
      shown: {
        context: { order: "A-7", amount: 150 },
        answers: [{ question: "Which cup?", answer: "The blue one", by: "zoe" }],
      },
      decision: {
        by: "ben",
        value: { approved: true },
        votes: [
          { by: "ana", outcome: "approved", signed: true },
          { by: "ben", outcome: "approved", signed: false, note: "checked" },
        ],
      },
    });
    expect(readable.trail.map(({ action }) => action)).toEqual([
      ...["opened", "asked", "answered-question", "amended", "voted", "voted", "decided"],
    ]);
    // Nothing of what else the run did.
    expect(JSON.stringify(record)).not.toContain("secret of the step");
    // Any implementation of RFC 8785 and Ed25519 can check the signature.
    const { signature, ...rest } = record;
    const bytes = Buffer.from(signature?.value ?? "", "base64url");
    expect(verify(null, Buffer.from(canonicalJson(rest)), installation.publicKey, bytes)).toBe(true);
  });

  test("names what was tampered with, also by whoever signs it anew", async () => {
    const { record } = await decided(await world.deploy([payout]));
    const cases: [string, (copy: HoldRecord) => void, string][] = [
      [
        "a word people read",
        (copy) => void ((copy.readable.shown.context as { amount: number }).amount = 1),
        "readable.context.amount",
      ],
      ["who decided", (copy) => void (copy.stored.decidedBy = "eve"), 'says "eve" decided'],
      ["the answer", (copy) => edit(copy.stored.decision, "true", "false"), "another answer"],
      ["the delivered answer", (copy) => edit(copy.delivered?.payload, "checked", "cheered"), "covers another answer"],
      ["what was shown", (copy) => edit(copy.stored.request, "120", "999"), "not what its digest says"],
      ["an event", (copy) => void ((copy.stored.events[4] as { actor: string }).actor = "cleo"), "event 5 (voted)"],
      ["a missing event", (copy) => void copy.stored.events.splice(2, 1), "event 3 of its audit trail is gone"],
      ["amended evidence", (copy) => edit(copy.stored.events[3]?.data, "150", "1"), "event 4 (amended)"],
      [
        "the chain",
        (copy) => void ((copy.chain?.links[1] as { endedAt: number }).endedAt += 1),
        "chain does not hold at",
      ],
      ["the head", (copy) => void ((copy.chain as { head: string }).head = "00"), "does not end at the head"],
      ["the reviewer's key", (copy) => void (copy.reviewerKeys.ana = [pem(other)]), "not theirs"],
    ];
    for (const [what, tamper, message] of cases) {
      const copy = structuredClone(record);
      tamper(copy);
      const found = await problemsOf(copy);
      expect(found, what).toContain("signature is not over what the record says");
      expect(found, what).toContain(message.replace("readable.context", "readable.shown.context"));
      const resealed = await problemsOf(sealRecord(copy, other.privateKey));
      expect(resealed, what).toContain(message.replace("readable.context", "readable.shown.context"));
      expect(resealed, what).toContain("none of the keys that count");
    }
  });

  test("is held against anchors and keys of whoever checks it; without a key nobody vouches for it", async () => {
    const engine = await world.deploy([payout]);
    const { record, runId } = await decided(engine);
    const anchors = await engine.anchors();
    for (const one of anchors.heads) one.head = "00".repeat(32);
    expect(await problemsOf(record, { anchors })).toContain("not the one that was anchored");
    expect(await problemsOf(record, { keysOf: () => [pem(other)] })).toContain("not theirs");
    expect(await problemsOf(record, { trusted: [pem(other)] })).toContain("none of the keys that count");
    expect((await verifyHoldRecord(record)).unchecked.join()).toContain("compare it with the one its owner published");
    const unsigned = await engine.holds.export(record.readable.id);
    expect(await verifyHoldRecord(unsigned)).toMatchObject({ verdict: "intact", signedBy: null });
    expect(await problemsOf(unsigned)).toContain("not signed");
    await expect(engine.holds.export(record.readable.id, { key: "no key" })).rejects.toThrow("Ed25519 private key");
    await expect(verifyHoldRecord('{"format":"holdpoint-hold","version":1}')).rejects.toThrow("is not a file made by");
    const strange = JSON.stringify({ ...record, stored: { ...record.stored, request: 7 } });
    await expect(verifyHoldRecord(strange)).rejects.toThrow("is not a file made by");
    await engine.erase({ run: runId });
    const erased = await verifyHoldRecord(await engine.holds.export(record.readable.id, { key }), { trusted });
    expect(erased).toMatchObject({ verdict: "intact", unchecked: [expect.stringContaining("erased on purpose")] });
  });

  test("of an open hold, and of a run whose chain only the engine can recompute", async () => {
    const engine = await world.deploy([payout], { chainKey: Buffer.alloc(32, 7), directory });
    const run = await engine.run("payout", undefined);
    const hold = await run.hold("sign");
    const open = await verifyHoldRecord(await engine.holds.export(hold, { key }), { trusted });
    expect(open).toMatchObject({ verdict: "intact", unchecked: [expect.stringContaining("chain key")] });
    expect(holdRecordPage(await engine.holds.export(hold))).toContain("Nobody has decided yet");
  });

  test("as a page: escaped, without scripts or anything loaded, with all that happened", async () => {
    const { record } = await decided(await world.deploy([payout]));
    const page = holdRecordPage(record);
    expect(page).toContain("Pay &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;?");
    expect(page).not.toMatch(/<script|javascript:alert\(1\)"|\ssrc=|<link|url\(|@import|\son\w+=/i);
    expect(page.match(/href="([^"]*)"/g)).toEqual(['href="https://shop.example/A-7"']);
    for (const text of [
      "$120 go out &amp; never come back.",
      "The blue one",
      "ana@example.org",
      "<dt>amount</dt><dd>150</dd>",
      "Approved",
    ])
      expect(page).toContain(text);
    const long = structuredClone(record);
    long.readable.shown.context = {
      text: "word ".repeat(50_000),
      rows: Array.from({ length: 2000 }, (_, n) => ({ n, half: n / 2 })),
    };
    const short = holdRecordPage(long);
    expect(short).toContain("230,000 more characters, in the exported file");
    expect(short).toContain("1,500 more entries");
  });
});

function edit(payload: unknown, from: string, to: string): void {
  const stored = payload as { text: string };
  expect(stored.text).toContain(from);
  stored.text = stored.text.replace(from, to);
}
