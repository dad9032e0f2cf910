import type { Hold } from "@holdpoint/core";
import type { KnownBlock } from "@slack/types";
import { CardElement, AdaptiveCard as ParsedCard, SerializationContext, Version } from "adaptivecards";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  adaptiveCardOf,
  htmlOf,
  type Message,
  messageOf,
  type Notice,
  type SlackBlock,
  slackOf,
  teamsOf,
  terminal,
  textOf,
  webhookBodyOf,
} from "../index.ts";

const hold = (changes: Partial<Hold> = {}): Hold =>
  ({
    id: "h_1",
    runId: "r-1",
    workflow: "pay",
    key: "hold:pay#1",
    name: "pay",
    origin: "author",
    kind: "form",
    status: "open",
    title: "Refund $120?",
    severity: "critical",
    consequence: "$120 go to the customer's card.",
    context: { order: "A-7", history: ["late twice"], total: 120n },
    options: [{ value: "voucher", outcome: null }],
    people: ["ana"],
    deadline: [
      { at: Date.parse("2026-01-02T09:00:00Z"), remind: true },
      { at: Date.parse("2026-01-04T09:00:00Z"), decide: { value: { approved: false }, note: null, option: null } },
    ],
    fired: [{ rule: "amountAbove", limit: 100, value: 120, says: "amount 120 is above 100" }],
    form: {
      type: "object",
      properties: {
        label: { enum: ["spam", "ham"], title: "Label" },
        why: { type: "string", maxLength: 50 },
        amount: { type: "number" },
      },
      required: ["label"],
    },
    revision: 1,
    evidenceHash: "ab",
    openedAt: new Date("2026-01-01T09:00:00Z"),
    dueAt: new Date("2026-01-02T09:00:00Z"),
    closedAt: null,
    decidedBy: null,
    decision: null,
    reviewers: null,
    action: { name: "pay", arguments: { cents: 12_000 } },
    tags: [],
    links: [{ title: "The order", url: "https://shop.example.com/A-7" }],
    attachments: [{ name: "invoice.pdf", sha256: "ab".repeat(32) }],
    progress: {
      votes: [{ by: "cleo", outcome: "approved", note: "fine", round: 1 }],
      pausedAt: null,
      delayMs: 0,
      questions: [
        {
          n: 1,
          by: "ana",
          to: null,
          text: "Why twice?",
          at: 0,
          answer: { by: "bot", text: "The carrier failed", at: 1 },
        },
      ],
    },
    ...changes,
  }) as Hold;

const notice = (changes: Partial<Notice> = {}, holdChanges: Partial<Hold> = {}): Notice => ({
  id: "h_1.1.x",
  kind: "asked",
  hold: hold(holdChanges),
  happening: { n: 1, action: "opened", actor: null, channel: "engine", at: new Date("2026-01-01T09:00:00Z") },
  recipient: { channel: "mail", to: "ana@example.com", person: "ana" },
  link: "https://holds.example.com/decide?token=a.b&x=1",
  ...changes,
});

/** What would do harm in each of the places a message goes to. */
const nasty = `<img src=x onerror=alert(1)> "quoted" 'single' & <!channel> <https://evil.example|click> [click](https://evil.example) **bold** \u001b[31mred\u001b[0m \u202egnp.exe\r\nBcc: eve@example.com`;
const hostile = (): Message =>
  messageOf(
    notice({}, {
      title: nasty,
      consequence: nasty,
      context: { [nasty]: nasty },
      options: [{ value: nasty, outcome: null }],
      form: { type: "object", properties: { [nasty]: { type: "string", title: nasty, description: nasty } } },
    } as Partial<Hold>),
  );

/** Reads a card with Microsoft's own parser; gives what it finds wrong. */
function problemsOf(card: object): string[] {
  const context = new SerializationContext(new Version(1, 4));
  const parsed = new ParsedCard();
  parsed.parse(card, context);
  const problems = [...Array(context.eventCount).keys()].map((at) => context.getEventAt(at).message);
  return [...problems, ...parsed.validateProperties().validationEvents.map(({ message }) => message)];
}

describe("a message shows consequence, evidence, form and options", () => {
  const message = messageOf(notice());
  const everything = [
    "Refund $120?",
    "go to the customer",
    "A-7",
    "late twice",
    "one of spam, ham",
    "may stay empty",
    "voucher",
    "critical",
    "Proposed: pay",
    "cents",
    "invoice.pdf",
    "shop.example.com",
    "Why twice?",
    "The carrier failed",
    "amount 120 is above 100",
    "cleo approved (fine)",
    "rejected on 4 Jan 2026, 09:00 UTC",
  ];
  const parts: [string, () => string][] = [
    ["as text", () => textOf(message)],
    ["as HTML", () => htmlOf(message)],
    ["in Slack", () => JSON.stringify(slackOf(message))],
    ["as an Adaptive Card", () => JSON.stringify(teamsOf(message)).replaceAll("\\\\", "")],
  ];
  test.each(parts)("%s", (_where, text) => {
    for (const words of everything) expect(text()).toContain(words);
    expect(text()).toMatch(/token=a\.b/);
  });

  test("and on the terminal", async () => {
    const written: string[] = [];
    const call = { signal: AbortSignal.timeout(1000), attempt: 1, earlier: async () => null };
    await terminal({ write: (text) => void written.push(text) }).send(notice(), call);
    for (const words of everything) expect(written.join("")).toContain(words);
  });

  test("and as JSON for programs", () => {
    const { type, data } = webhookBodyOf(notice());
    expect(type).toBe("hold.asked");
    expect(data.hold).toMatchObject({ id: "h_1", revision: 1, evidenceHash: "ab", dueAt: "2026-01-02T09:00:00.000Z" });
  });
});

describe("nothing that somebody wrote into a hold does anything in", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

  test("a mail's HTML", () => {
    const page = htmlOf(hostile());
    expect(page).not.toMatch(/<(?!\/?(?:html|head|meta|title|body|h1|h2|p|strong|table|tr|th|td|a|!doctype)\b)/i);
    expect(page.match(/<a /g)).toHaveLength(1);
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(page).not.toMatch(control);
  });

  test("a mail's headers and text", () => {
    const message = hostile();
    expect(message.subject).not.toMatch(/[\r\n]/);
    expect(textOf(message)).not.toMatch(control);
  });

  test("Slack: nobody is called, no link is made", () => {
    const { text, blocks } = slackOf(hostile());
    expect(text).not.toMatch(/[<>]/);
    expect(JSON.stringify(blocks)).not.toContain('"mrkdwn"');
    expect(JSON.stringify(blocks).match(/"url"/g)).toHaveLength(1);
  });

  test("Teams: no Markdown is read", () => {
    const card = adaptiveCardOf(hostile());
    for (const element of card.body) {
      const texts =
        element.type === "TextBlock" ? [element.text] : element.facts.flatMap(({ title, value }) => [title, value]);
      for (const text of texts) expect(text).not.toMatch(/(?<!\\)[[\]*_`]/);
    }
    expect(card.actions).toHaveLength(1);
    expect(problemsOf(card)).toEqual([]);
  });

  test("the terminal", () => expect(textOf(hostile())).not.toContain("\u001b"));
});

describe("payloads are what the services publish", () => {
  const variants: [string, Notice][] = [
    ["asked", notice()],
    ["reminder without a link", notice({ kind: "reminder", link: null })],
    [
      "closed",
      notice(
        { kind: "closed", link: null },
        {
          status: "decided",
          decidedBy: "ana",
          decision: { value: { approved: true }, note: "ok", option: null, channel: "link" },
        },
      ),
    ],
    ["bare", notice({}, { consequence: null, context: undefined, options: [], form: null, kind: "approval" })],
    [
      "huge",
      notice(
        {},
        {
          title: "x".repeat(5000),
          context: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, "y".repeat(5000)])),
        },
      ),
    ],
  ];

  test.each(variants)("an Adaptive Card that Microsoft's parser finds nothing wrong with: %s", (_name, given) => {
    const card = adaptiveCardOf(messageOf(given));
    expect(problemsOf(card)).toEqual([]);
    const read = new ParsedCard();
    read.parse(JSON.parse(JSON.stringify(card)));
    expect(read.getItemCount()).toBe(card.body.length);
    expect(read.getItemAt(0)).toBeInstanceOf(CardElement);
    // Teams refuses more than 28 KB.
    expect(Buffer.byteLength(JSON.stringify(teamsOf(messageOf(given))))).toBeLessThan(28_000);
  });

  test("the parser would say so", () => {
    expect(problemsOf({ type: "AdaptiveCard", version: "1.4", body: [{ type: "TextBlok", text: "x" }] })).not.toEqual(
      [],
    );
  });

  test("Slack blocks are Slack's own types, and within its limits", () => {
    expectTypeOf<SlackBlock>().toExtend<KnownBlock>();
    for (const [, given] of variants) {
      const { blocks } = slackOf(messageOf(given));
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        if (block.type === "header") expect(block.text.text.length).toBeLessThanOrEqual(150);
        if (block.type === "section" && "text" in block) expect(block.text.text.length).toBeLessThanOrEqual(3000);
        if (block.type === "section" && "fields" in block) expect(block.fields.length).toBeLessThanOrEqual(10);
      }
    }
  });
});
