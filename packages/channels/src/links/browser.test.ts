import { createEngine, type Engine, type Hold, memoryStore, workflow } from "@holdpoint/core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type DecisionLinks, decisionLinks, decisionPage, htmlOf, messageOf } from "../index.ts";
import { missing, openBrowser, patienceMs, serve } from "./chromium.fixture.ts";
import { axeFindings, overflowOf, screenshot } from "./page-checks.fixture.ts";

// The decision page as a reviewer has it: a real Chromium, a real server. HOLDPOINT_SCREENSHOTS=FOLDER keeps what it looked like.

const hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>";
const refund = workflow({ name: "refund" }, async (ctx) =>
  ctx.approve("refund", {
    title: `Refund $120? ${hostile}`,
    consequence: "The money goes to the customer's card, and nobody can fetch it back.",
    severity: "high",
    context: {
      order: "A-7",
      history: ["late twice", "one chargeback"],
      customer: { name: "Ana Okafor", orders: 41 },
      mail: `Dear shop,\n\nmy parcel came late.\n${hostile}`,
      long: "x".repeat(300),
    },
    action: {
      name: "refund",
      arguments: { amount: 120, currency: "USD" },
      schema: z.object({ amount: z.number().positive().max(120), currency: z.enum(["USD", "EUR"]) }),
    },
    options: ["as a voucher"],
    links: [
      { title: "The order", url: "https://shop.example.com/A-7" },
      { title: "Nothing", url: "javascript:alert(3)" },
    ],
    reviewers: { people: ["ana", "ben"], quorum: 2 },
    deadline: [
      { after: "4h", remind: true },
      { after: "3d", decide: { approved: false } },
    ],
  }),
);
const label = workflow({ name: "label" }, async (ctx) => {
  const { value } = await ctx.hold("label", {
    title: "What is this mail?",
    context: { subject: "free money" },
    form: z.object({
      label: z.enum(["spam", "ham"]),
      sure: z.boolean(),
      score: z.number().min(0).max(1).optional(),
      words: z.array(z.enum(["free", "money"])).optional(),
      why: z.string().min(3).max(80).optional(),
    }),
  });
  return value;
});

describe.skipIf(missing !== null)(
  `the decision page in a browser${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let engine: Engine;
    let browser: Browser;
    let links: DecisionLinks;
    let old: DecisionLinks;
    let server: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      engine = createEngine({ store: memoryStore(), workflows: [refund, label] });
      let page: ReturnType<typeof decisionPage>;
      server = await serve((request) => page(request));
      const options = { url: `${server.url}/decide`, secret: "s".repeat(32) };
      links = decisionLinks(options);
      old = decisionLinks({ ...options, ttl: "1h", now: () => new Date(0) });
      page = decisionPage({ engine, links });
      [browser] = await Promise.all([openBrowser(), engine.start()]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await engine?.stop();
    });

    const tabs: Page[] = [];
    afterEach(async () => {
      await Promise.all(tabs.splice(0).map((tab) => tab.context().close()));
    });
    /** What went wrong in a tab, and what it asked the network for. */
    const trouble: string[] = [];
    async function open(url: string, options: BrowserContextOptions = { javaScriptEnabled: false }): Promise<Page> {
      trouble.length = 0;
      const tab = await (await browser.newContext(options)).newPage();
      tab.setDefaultTimeout(patienceMs);
      tabs.push(tab);
      tab.on("dialog", (dialog) => {
        trouble.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      tab.on("console", (message) => trouble.push(message.text()));
      tab.on("request", (request) => {
        if (!request.url().startsWith(`${server.url}/decide`) && !request.url().endsWith("/favicon.ico"))
          trouble.push(`request ${request.url()}`);
      });
      await tab.goto(url);
      return tab;
    }
    let hold: Hold;
    async function asked(name: "refund" | "label"): Promise<string> {
      const run = await engine.run(name, undefined, { by: "rita" });
      hold = await run.hold(name);
      return links.mint(hold, "ana");
    }
    const now = (): Promise<Hold> => engine.hold(hold.id);
    const approve = (tab: Page): Promise<void> => tab.getByRole("button", { name: "Approve" }).click();

    test("without scripts a person reads, changes what is proposed, and decides; then the link shows what became of it", async () => {
      const url = await asked("refund");
      const tab = await open(url);
      for (const words of [
        "You decide as ana",
        "nobody can fetch it back",
        "Ana Okafor",
        "late twice",
        "my parcel came late",
      ])
        expect(await tab.getByText(words).count(), words).toBeGreaterThan(0);
      expect(await tab.getByText("rejected on").textContent()).toMatch(/UTC$/);
      await tab.getByLabel("amount").fill("80");
      await tab.getByLabel("Note").fill("half of it");
      await tab.getByLabel("I have looked at the evidence").check();
      await approve(tab);
      expect(await tab.getByRole("heading").textContent()).toBe("Recorded");
      expect(await tab.getByText("It stays open until enough people have decided").count()).toBe(1);
      expect((await now()).progress.votes).toMatchObject([{ by: "ana", note: "half of it", channel: "link" }]);

      const ben = await open(links.mint(await now(), "ben"));
      expect(await ben.getByText("ana approved (half of it); 2 must say the same").count()).toBe(1);
      expect(await ben.getByLabel("amount").inputValue()).toBe("80");
      await ben.getByLabel("I have looked at the evidence").check();
      await approve(ben);
      expect((await now()).decision?.value).toEqual({ approved: true, args: { amount: 80, currency: "USD" } });
      const used = await open(url);
      expect(await used.getByText("Nothing is to be decided here any more").count()).toBe(1);
      expect(await used.getByRole("button").count()).toBe(0);
      await screenshot(used, "closed");
    });

    test("whoever only opens it decides nothing: scanners, previews, and a browser with scripts that follows everything", async () => {
      const url = await asked("refund");
      const before = await engine.holdEvents(hold.id);
      const from = server.seen.length;
      for (const method of ["GET", "HEAD"]) expect((await fetch(url, { method })).status).toBe(200);
      const tab = await open(`${url}&outcome=approve&seen=yes&revision=0&evidence=${hold.evidenceHash}`, {});
      const addresses = await tab.locator("a").evaluateAll((all) => all.map((one) => (one as { href?: string }).href));
      expect(addresses).toEqual(["https://shop.example.com/A-7"]);
      await tab.reload();
      expect(await engine.holdEvents(hold.id)).toEqual(before);
      expect(server.seen.slice(from).filter((line) => line.startsWith("POST"))).toEqual([]);
      expect((await now()).status).toBe("open");
    });

    test("what somebody wrote into the evidence is text: with scripts on nothing runs, and nothing is loaded", async () => {
      const tab = await open(await asked("refund"), {});
      expect(await tab.getByRole("heading", { level: 1 }).textContent()).toContain(hostile);
      expect(await tab.locator("img, script, iframe, link, object").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    test("a link that is expired, forged, or of somebody who may not decide says so, and offers nothing", async () => {
      const url = await asked("refund");
      const late = await open(old.mint({ id: hold.id }, "ana"));
      expect(await late.getByText("this link has expired").count()).toBe(1);
      const forged = await open(`${url.slice(0, -4)}AAAA`);
      expect(await forged.getByRole("heading").textContent()).toBe("This link does not work");
      const eve = await open(links.mint(hold, "eve"));
      await eve.getByLabel("I have looked at the evidence").check();
      await approve(eve);
      expect(await eve.getByText("ana, ben may").count()).toBe(1);
      for (const tab of [late, forged, eve]) expect(await tab.getByRole("button").count()).toBe(0);
      expect((await now()).progress.votes).toEqual([]);
    });

    test("evidence that changed between looking and deciding is shown anew with the difference, and must be looked at again", async () => {
      const tab = await open(await asked("refund"));
      await engine.holds.amend(hold, { order: "B-2" }, { by: "rita" });
      await tab.getByLabel("Note").fill("fine");
      await tab.getByLabel("I have looked at the evidence").check();
      await approve(tab);
      expect(await tab.getByRole("alert").textContent()).toContain("context.order: A-7 → B-2");
      expect(await tab.getByLabel("I have looked at the evidence").isChecked()).toBe(false);
      expect(await tab.getByLabel("Note").inputValue()).toBe("fine");
      expect((await now()).progress.votes).toEqual([]);
      await screenshot(tab, "changed");
    });

    test("a form says at each field what is wrong, keeps what was written, and then takes the answer", async () => {
      const tab = await open(await asked("label"));
      // Without the browser's own checks, as an old one would send it.
      await tab.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
      await tab.getByLabel("score").fill("much");
      await tab.getByLabel("why").fill("no");
      const send = tab.getByRole("button", { name: "Send the answer" });
      await send.click();
      const alert = tab.getByRole("alert");
      expect(await alert.evaluate((box) => box === box.ownerDocument.activeElement)).toBe(true);
      expect(await tab.title()).toContain("Not recorded");
      for (const [role, name, says] of [
        ["combobox", "label", "is required"],
        ["textbox", "score", "must be a number"],
      ] as const) {
        const field = tab.getByRole(role, { name });
        expect(await field.getAttribute("aria-invalid")).toBe("true");
        const described = (await field.getAttribute("aria-describedby"))?.split(" ").at(-1) ?? "";
        expect(await tab.locator(`[id="${described}"]`).textContent()).toBe(says);
      }
      await screenshot(tab, "errors");
      await alert.getByRole("link", { name: "score" }).click();
      expect(new URL(tab.url()).hash).toBe("#field.score");
      expect(await tab.getByLabel("score").inputValue()).toBe("much");
      await tab.getByLabel("score").fill("0.5");
      await tab.getByRole("combobox", { name: "label" }).selectOption("spam");
      await tab.getByLabel("sure").selectOption("yes");
      await tab.getByLabel("money").check();
      await tab.getByLabel("why").fill("free money");
      await send.click();
      expect(await tab.getByRole("heading").textContent()).toBe("Recorded");
      expect((await now()).decision?.value).toEqual({
        label: "spam",
        sure: true,
        score: 0.5,
        words: ["money"],
        why: "free money",
      });
    });

    test("by keyboard alone: everything is reached in order, Enter in a field decides nothing, Space and Enter do", async () => {
      const tab = await open(await asked("refund"));
      const reached: string[] = [];
      const focused = (): Promise<string> =>
        tab.locator(":focus").evaluate((one) => one.getAttribute("name") ?? one.textContent ?? "");
      for (let presses = 0; presses < 20 && reached.at(-1) !== "outcome"; presses++) {
        await tab.keyboard.press("Tab");
        reached.push(await focused());
        if (reached.at(-1) === "args.amount") await tab.keyboard.press("Enter");
        if (reached.at(-1) === "seen") await tab.keyboard.press("Space");
      }
      expect(reached).toEqual([
        "https://shop.example.com/A-7",
        ...["args.amount", "args.currency", "option", "note", "seen", "outcome"],
      ]);
      expect((await now()).progress.votes).toEqual([]);
      const outline = await tab.locator(":focus").evaluate((one) => {
        const view = one.ownerDocument.defaultView;
        return view ? view.getComputedStyle(one).outlineStyle : "";
      });
      expect(outline).toBe("solid");
      await tab.keyboard.press("Enter");
      await tab.getByRole("heading", { name: "Recorded" }).waitFor();
      expect((await now()).progress.votes).toMatchObject([{ by: "ana", outcome: "approved" }]);
    });

    test("to a screen reader it is a page with headings, named fields and named buttons", async () => {
      const tab = await open(await asked("refund"));
      const tree = await tab.locator("body").ariaSnapshot();
      for (const line of [
        /- heading "Refund \$120\?.*\[level=1\]/,
        /- heading "What it rests on" \[level=2\]/,
        /- form "Your decision"/,
        /- group "Change what is proposed.*"/,
        /- textbox "amount": "120"/,
        /- combobox "currency"/,
        /- radio "none of these" \[checked\]/,
        /- textbox "Note \(optional\)"/,
        /- checkbox "I have looked at the evidence. This is high."/,
        /button "Approve: refund"/,
        /- button "Reject"/,
      ])
        expect(tree).toMatch(line);
    });

    describe.each([
      ["light", 320],
      ["dark", 1280],
    ] as const)("%s, %i px wide", (colorScheme, width) => {
      const options: BrowserContextOptions = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
      test.each(["refund", "label"] as const)(
        "%s: nothing sticks out, all can be tapped, and axe finds nothing wrong",
        async (name) => {
          const tab = await open(await asked(name), options);
          await screenshot(tab, `${name}-${colorScheme}-${width}`);
          expect(await overflowOf(tab)).toBe(0);
          const targets = tab.locator(
            "button:visible, label.choice, select, input:visible:not([type=radio]):not([type=checkbox]), textarea",
          );
          for (const target of await targets.all())
            expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
          expect(await axeFindings(tab, ["best-practice"])).toEqual([]);
        },
      );

      test("the mail about it: nothing sticks out, and axe finds nothing wrong", async () => {
        const url = await asked("refund");
        const happening = { n: 1, action: "opened", actor: null, channel: "engine", at: new Date() };
        const recipient = { channel: "mail", to: "ana@example.com", person: "ana" };
        const message = messageOf({ id: "m", kind: "asked", hold, happening, recipient, link: url });
        const tab = await open("about:blank", options);
        await tab.setContent(htmlOf(message));
        await screenshot(tab, `mail-${colorScheme}-${width}`);
        expect(await overflowOf(tab)).toBe(0);
        const { height = 0 } = (await tab.getByRole("link", { name: "Look at it and decide" }).boundingBox()) ?? {};
        expect(height).toBeGreaterThanOrEqual(44);
        expect(await axeFindings(tab)).toEqual([]);
      });
    });
  },
);
