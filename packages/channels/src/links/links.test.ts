import { createEngine, type Engine, type Hold, memoryStore, workflow } from "@holdpoint/core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { decisionLinks, decisionPage, InvalidTokenError } from "../index.ts";
import { mintToken } from "./token.ts";

const pay = workflow(
  { name: "pay", input: z.object({ severity: z.enum(["low", "high"]) }) },
  async (ctx, { severity }) => {
    const { approved, by, note, option } = await ctx.approve("pay", {
      title: "Refund <b>$120</b>?",
      consequence: "$120 go to the customer's card.",
      severity,
      context: { order: "A-7", script: "<script>alert(1)</script>" },
      options: ["voucher", { value: "too much", outcome: "rejected" }],
      reviewers: { people: ["ana"] },
    });
    return { approved, by, note, option };
  },
);
const label = workflow({ name: "label" }, async (ctx) => {
  const { value } = await ctx.hold("label", {
    title: "What is this?",
    form: z.object({
      label: z.enum(["spam", "ham"]),
      sure: z.boolean(),
      score: z.number().min(0).max(1).optional(),
      words: z.array(z.enum(["free", "money"])).optional(),
      why: z.string().min(3).optional(),
    }),
  });
  return value;
});
const transfer = workflow({ name: "transfer" }, async (ctx) => {
  const { approved, args } = await ctx.approve("transfer", {
    title: "Transfer?",
    action: {
      name: "transfer",
      arguments: { cents: 12_000, to: "ana", tags: ["a", "b"] },
      schema: z.object({ cents: z.number().max(20_000), to: z.string(), tags: z.array(z.string()) }),
    },
  });
  return { approved, args };
});
const secret = "a secret that nobody can guess, really";
const links = decisionLinks({ url: "https://holds.example.com/decide", secret });

let engine: Engine;
let page: (request: Request) => Promise<Response>;
beforeAll(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [pay, label, transfer] });
  await engine.start();
  page = decisionPage({ engine, links });
});
afterAll(() => engine.stop());

let hold: Hold;
let url: string;
let finish: () => Promise<unknown>;
async function open(name: "pay" | "label" | "transfer", input?: unknown): Promise<void> {
  const run = await engine.run<string>(name, input);
  hold = await run.hold(name);
  url = links.mint(hold, "ana");
  finish = () => run.result({ timeout: "60s" });
}
beforeEach(() => open("pay", { severity: "low" }));

const get = (address = url): Promise<Response> => page(new Request(address));
const fields = (more: Record<string, string | string[]> = {}): URLSearchParams => {
  const sent = new URLSearchParams({ revision: String(hold.revision), evidence: hold.evidenceHash });
  for (const [name, value] of Object.entries(more)) for (const one of [value].flat()) sent.append(name, one);
  return sent;
};
const post = (more: Record<string, string | string[]>, address = url): Promise<Response> =>
  page(new Request(address, { method: "POST", body: fields(more) }));
const statusNow = async (): Promise<string> => (await engine.hold(hold.id)).status;

describe("a decision link", () => {
  test("says one hold and one person, for a while", () => {
    expect(links.read(url)).toMatchObject({ hold: hold.id, person: "ana" });
    const short = decisionLinks({
      url: "https://x.example/",
      secret,
      ttl: "1h",
      now: () => new Date("2026-01-01T10:00:00Z"),
    });
    const made = short.mint({ id: "h" }, "ana");
    expect(short.read(made).expiresAt).toEqual(new Date("2026-01-01T11:00:00Z"));
    // It ends with the hold, not at the next reminder.
    const ladder = (last: object) => [
      { at: Date.parse("2026-01-01T10:05:00Z"), remind: true as const },
      { at: Date.parse("2026-01-01T10:20:00Z"), ...last },
    ];
    const until = (deadline: object[]): Date =>
      short.read(short.mint({ id: "h", progress: hold.progress, deadline: deadline as Hold["deadline"] }, "ana"))
        .expiresAt;
    expect(until(ladder({ expire: true }))).toEqual(new Date("2026-01-01T10:20:00Z"));
    expect(until(ladder({ remind: true }))).toEqual(new Date("2026-01-01T11:00:00Z"));
    const later = decisionLinks({ url: "https://x.example/", secret, now: () => new Date("2026-01-01T11:00:00Z") });
    expect(() => later.read(made)).toThrow("this link has expired");
  });

  test("that was changed, cut off or made with another secret is none", () => {
    const token = new URL(url).searchParams.get("token") ?? "";
    const [claims = "", signature = ""] = token.split(".");
    const eve = Buffer.from(JSON.stringify([hold.id, "eve", Date.now() + 1e6])).toString("base64url");
    const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const other = mintToken("another secret that nobody can guess", {
      hold: hold.id,
      person: "ana",
      expiresAt: new Date(Date.now() + 1e6),
    });
    for (const forged of [
      "",
      ".",
      claims,
      `${claims}.`,
      `.${signature}`,
      `${eve}.${signature}`,
      `${claims}.${flipped}`,
      `${token}.x`,
      other,
      "x".repeat(5000),
    ])
      expect(() => links.read(`https://holds.example.com/decide?token=${forged}`), forged).toThrow(InvalidTokenError);
  });

  test("of the secret before is read while that one is still named", () => {
    const after = decisionLinks({
      url: "https://holds.example.com/decide",
      secret: ["a new secret that nobody can guess either", secret],
    });
    expect(after.read(url)).toMatchObject({ person: "ana" });
    expect(() => links.read(after.mint(hold, "ana"))).toThrow(InvalidTokenError);
  });

  test("is not made with a secret that can be guessed, or for a page that is not https", () => {
    expect(() => decisionLinks({ url: "https://x.example", secret: "short" })).toThrow("at least 32 characters");
    expect(() => decisionLinks({ url: "https://x.example", secret: [] })).toThrow("must be given");
    expect(() => decisionLinks({ url: "http://x.example", secret })).toThrow("must begin with https://");
    expect(() => decisionLinks({ url: "http://localhost:3000/", secret })).not.toThrow();
  });
});

describe("the decision page", () => {
  test("GET and HEAD show and change nothing, however often scanners come", async () => {
    const before = await engine.holdEvents(hold.id);
    for (let n = 0; n < 5; n++) {
      const shown = await get();
      expect(shown.status).toBe(200);
      const text = await shown.text();
      for (const words of ["go to the customer", "A-7", "voucher", "You decide as <strong>ana</strong>", ">Approve<"])
        expect(text).toContain(words);
      const head = await page(new Request(`${url}&outcome=approve`, { method: "HEAD" }));
      expect([head.status, await head.text()]).toEqual([200, ""]);
      expect((await get(`${url}&outcome=approve&revision=0`)).status).toBe(200);
    }
    expect(await statusNow()).toBe("open");
    expect(await engine.holdEvents(hold.id)).toEqual(before);
  });

  test("other methods, other bodies and bodies without a choice decide nothing", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"])
      expect((await page(new Request(url, { method }))).status).toBe(405);
    const json = new Request(url, {
      method: "POST",
      body: '{"outcome":"approve"}',
      headers: { "content-type": "application/json" },
    });
    expect((await page(json)).status).toBe(400);
    const empty = await post({});
    expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining("choose Approve or Reject")]);
    expect((await post({ outcome: "approve", note: "x".repeat(300_000) })).status).toBe(400);
    expect(await statusNow()).toBe("open");
  });

  test("POST decides, as the link's person, with note and option; once", async () => {
    const done = await post({ outcome: "approve", note: "third time", option: "voucher" });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining("You approved “Refund")]);
    expect(await finish()).toEqual({ approved: true, by: "ana", note: "third time", option: "voucher" });
    const [last] = (await engine.holdEvents(hold.id)).slice(-1);
    expect(last).toMatchObject({ actor: "ana", channel: "link", action: "decided" });
    const again = await post({ outcome: "reject" });
    expect(again.status).toBe(409);
    expect(await again.text()).toContain("Approved");
    expect(await (await get()).text()).toContain("Nothing is to be decided here any more");
  });

  test("an answer the hold does not take says why, and keeps what was filled in", async () => {
    const wrong = await post({ outcome: "approve", option: "too much", note: 'the "note" <i>' });
    expect(wrong.status).toBe(422);
    const text = await wrong.text();
    expect(text).toContain("too much");
    expect(text).toContain("the &quot;note&quot; &lt;i&gt;");
    expect(text).toContain('role="alert"');
    expect(await statusNow()).toBe("open");
  });

  test("what was looked at must still be what is asked", async () => {
    const changed = await page(
      new Request(url, {
        method: "POST",
        body: new URLSearchParams({ revision: "7", evidence: hold.evidenceHash, outcome: "approve" }),
      }),
    );
    expect([changed.status, await changed.text()]).toEqual([
      409,
      expect.stringContaining("has changed since you looked"),
    ]);
    const other = await page(
      new Request(url, {
        method: "POST",
        body: new URLSearchParams({ revision: String(hold.revision), evidence: "00", outcome: "approve" }),
      }),
    );
    expect(other.status).toBe(409);
    expect(await statusNow()).toBe("open");
  });

  test("a high one wants to be told that the evidence was looked at", async () => {
    await open("pay", { severity: "high" });
    expect(await (await get()).text()).toContain('id="seen" name="seen" value="yes" required');
    expect((await post({ outcome: "approve" })).status).toBe(422);
    expect(await statusNow()).toBe("open");
    expect((await post({ outcome: "approve", seen: "yes" })).status).toBe(200);
    expect(await finish()).toMatchObject({ approved: true });
  });

  test("a person who may not decide is told, and a link for another hold does nothing here", async () => {
    const eve = await post({ outcome: "approve" }, links.mint(hold, "eve"));
    expect([eve.status, await eve.text()]).toEqual([403, expect.stringContaining("ana may")]);
    expect((await get(links.mint({ id: "h_none" }, "ana"))).status).toBe(404);
    expect((await get("https://holds.example.com/decide?token=x")).status).toBe(400);
    const old = decisionLinks({ url: "https://holds.example.com/decide", secret, ttl: 1000, now: () => new Date(0) });
    expect((await get(old.mint(hold, "ana"))).status).toBe(410);
    expect(await statusNow()).toBe("open");
  });

  test("a failure inside says nothing of what is inside", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const broken = decisionPage({
      engine: { hold: () => Promise.reject(new Error("password is hunter2")) } as never,
      links,
    });
    const response = await broken(new Request(url));
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("hunter2")]);
    warned.mockRestore();
  });

  test("every answer loads nothing, runs nothing, is framed nowhere, kept nowhere, and gives its address to nobody", async () => {
    for (const response of [
      await get(),
      await post({}),
      await get("https://holds.example.com/decide"),
      await page(new Request(url, { method: "PUT" })),
    ]) {
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).not.toMatch(/unsafe|script-src|\*/);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("x-robots-tag")).toContain("noindex");
      const text = await response.text();
      expect(text).not.toMatch(/<script|<img|<link|<iframe| on\w+=|javascript:|style="/i);
      expect(text).toContain('name="viewport"');
    }
    expect(await (await get()).text()).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("the style's hash in the policy is that of the style", async () => {
    const response = await get();
    const style = /<style>(.*?)<\/style>/s.exec(await response.text())?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(response.headers.get("content-security-policy")).toContain(
      `'sha256-${Buffer.from(digest).toString("base64")}'`,
    );
  });

  test("Enter in a field presses a button that does nothing", async () => {
    const text = await (await get()).text();
    const [first] = /<button[^>]*>/.exec(text.slice(text.indexOf("<form"))) ?? [];
    expect(first).toBe('<button type="submit" disabled hidden>');
  });
});

describe("a form", () => {
  beforeEach(() => open("label"));

  test("has a labelled field for each of its fields, and its answer comes typed", async () => {
    const text = await (await get()).text();
    for (const id of ["field.label", "field.sure", "field.score", "field.why"]) {
      expect(text).toContain(`<label for="${id}">`);
      expect(text).toContain(`id="${id}"`);
    }
    expect(text).not.toContain(">Approve<");
    const sent = {
      "field.label": "ham",
      "field.sure": "true",
      "field.score": "0.5",
      "field.words": ["free", "money"],
      "field.why": "a friend",
    };
    expect((await post(sent)).status).toBe(200);
    expect(await finish()).toEqual({ label: "ham", sure: true, score: 0.5, words: ["free", "money"], why: "a friend" });
  });

  test("says what does not fit, field by field", async () => {
    const wrong = await post({ "field.label": "neither", "field.score": "much" });
    const text = await wrong.text();
    expect(wrong.status).toBe(422);
    for (const words of ["label: must be one of spam, ham", "sure: is required", "score: must be a number"])
      expect(text).toContain(words);
    expect(text).toContain('value="much"');
    const short = await post({ "field.label": "ham", "field.sure": "false", "field.why": "x" });
    expect([short.status, await short.text()]).toEqual([422, expect.stringContaining("why")]);
    expect(await statusNow()).toBe("open");
  });
});

describe("proposed arguments that may be edited", () => {
  beforeEach(() => open("transfer"));
  const asProposed = { "args.cents": "12000", "args.to": "ana", "args.tags": '["a","b"]', outcome: "approve" };

  test("stand in the page as they are, and approved so are no edit", async () => {
    const text = await (await get()).text();
    expect(text).toContain('id="args.cents"');
    expect(text).toContain('value="12000"');
    expect((await post(asProposed)).status).toBe(200);
    expect(await finish()).toEqual({ approved: true, args: { cents: 12_000, to: "ana", tags: ["a", "b"] } });
    expect((await engine.hold(hold.id)).decision?.value).toEqual({ approved: true });
  });

  test("replace the proposed ones when they were changed, checked by their schema", async () => {
    const much = await post({ ...asProposed, "args.cents": "999999" });
    expect([much.status, await much.text()]).toEqual([422, expect.stringContaining("cents")]);
    expect((await post({ ...asProposed, "args.cents": "5000", "args.to": "" })).status).toBe(200);
    expect(await finish()).toEqual({ approved: true, args: { cents: 5000, to: "", tags: ["a", "b"] } });
  });

  test("do not matter to a rejection", async () => {
    expect((await post({ ...asProposed, "args.cents": "nonsense", outcome: "reject" })).status).toBe(200);
    expect(await finish()).toMatchObject({ approved: false });
  });
});
