import type { Engine, Hold } from "@holdpoint/core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inboxPages } from "../index.ts";
import { missing, openBrowser, patienceMs, serve } from "../links/chromium.fixture.ts";
import { axeFindings, overflowOf, screenshot } from "../links/page-checks.fixture.ts";
import { asked, hostile, openOffice } from "./office.fixture.ts";

// The inbox as a reviewer has it: a real Chromium, a real server, no scripts. HOLDPOINT_SCREENSHOTS=FOLDER keeps what it looked like.

describe.skipIf(missing !== null)(
  `the inbox in a browser${missing === null ? "" : ` (skipped: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    let engine: Engine;
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      const inbox = inboxPages();
      const may = { decide: true, comment: true };
      // Who it is stands in the cookie that the test sets: the handler is told, as a server tells it.
      server = await serve((request) => {
        const person = /who=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "nobody";
        return inbox(request, { engine, person, may, csrfToken: `token of ${person}, at least so long` });
      });
      [browser] = await Promise.all([openBrowser()]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });

    const tabs: Page[] = [];
    afterEach(async () => {
      await Promise.all(tabs.splice(0).map((tab) => tab.context().close()));
      await engine.stop();
    });
    const trouble: string[] = [];
    async function open(
      path: string,
      person = "ana",
      options: BrowserContextOptions = { javaScriptEnabled: false },
    ): Promise<Page> {
      trouble.length = 0;
      const context = await browser.newContext(options);
      await context.addCookies([{ name: "who", value: person, url: server.url }]);
      const tab = await context.newPage();
      tab.setDefaultTimeout(patienceMs);
      tabs.push(tab);
      tab.on("dialog", (dialog) => {
        trouble.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      tab.on("console", (message) => trouble.push(message.text()));
      tab.on("request", (request) => {
        if (!request.url().startsWith(`${server.url}/inbox`) && !request.url().endsWith("/favicon.ico"))
          trouble.push(`request ${request.url()}`);
      });
      await tab.goto(`${server.url}${path}`);
      return tab;
    }
    const titles = (tab: Page): Promise<string[]> => tab.locator(".rows h2").allTextContents();
    const recorded = (tab: Page): Promise<string | null> => tab.getByRole("status").textContent();

    test("a newcomer finds what needs them, what is due first on top, decides, and is led to the next", async () => {
      engine = await openOffice();
      for (const [order, amount] of [
        ["A-7", 120],
        ["A-8", 80],
      ] as const)
        await asked(engine, "payout", { order, amount }, order);
      await asked(engine, "label");
      const first = await asked(engine, "deploy");
      const tab = await open("/inbox");
      const list = [
        "Deploy billing 4.2 to production?",
        "Pay $120 for order A-7?",
        "Pay $80 for order A-8?",
        "What is this mail?",
      ];
      expect(await titles(tab)).toEqual(list);
      expect(await tab.getByRole("navigation", { name: "Views" }).locator("b").allTextContents()).toEqual([
        "4",
        "2",
        "4",
        "4",
      ]);
      await tab.getByRole("link", { name: "My groups" }).click();
      expect(await titles(tab)).toEqual(list.slice(1, 3));
      await tab.getByLabel("Search").fill("a-8");
      await tab.getByRole("button", { name: "Filter" }).click();
      expect(new URL(tab.url()).search).toBe("?view=groups&q=a-8&workflow=&severity=");
      expect(await titles(tab)).toEqual(list.slice(2, 3));
      await tab.getByRole("link", { name: "take away" }).click();
      await tab.getByRole("link", { name: "Needs you" }).click();

      await tab.getByRole("link", { name: "Deploy billing" }).click();
      expect(await tab.getByRole("heading").allTextContents()).toEqual([
        ...["Deploy billing 4.2 to production?", "What it rests on", "Your decision"],
        ...["Who decides, and until when", "When nobody decides", "What has happened"],
      ]);
      await tab.getByLabel("Note").fill("tests are green");
      await tab.getByLabel("I have looked at the evidence").check();
      await tab.getByRole("button", { name: "Approve" }).click();
      expect(await recorded(tab)).toContain("It stays open until enough people have decided");
      expect((await engine.hold(first.id)).progress.votes).toMatchObject([
        { by: "ana", note: "tests are green", channel: "inbox" },
      ]);

      await tab.getByRole("link", { name: "Next: Pay $120" }).click();
      for (const words of ["Why you are asked", "rejected by itself", "group finance"])
        expect(await tab.getByText(words).count(), words).toBeGreaterThan(0);
      await tab.getByLabel("amount").fill("90");
      await tab.getByRole("button", { name: "Approve: pay" }).click();
      expect(await recorded(tab)).toMatch(/Recorded: approved by you\. ?Its run A-7 is/);
      expect((await engine.holds({ status: ["decided"] })).items[0]?.decision?.value).toEqual({
        approved: true,
        args: { amount: 90, currency: "USD" },
      });
      await tab.getByRole("link", { name: "Needs you" }).click();
      expect(await titles(tab)).toEqual(list.slice(2));
      await tab.getByRole("link", { name: "Decided" }).click();
      expect(await titles(tab)).toEqual(["Pay $120 for order A-7?"]);
    });

    test("claim, ask, comment, hand over, give back: each from the page of the hold, and its trail tells all", async () => {
      engine = await openOffice();
      const hold = await asked(engine, "payout", { order: "A-7", amount: 120 }, "A-7");
      const tab = await open(`/inbox/${hold.id}`);
      await tab.getByRole("button", { name: "Take it" }).click();
      const ben = await open(`/inbox/${hold.id}`, "ben");
      expect(await ben.getByText('You may not decide this: "ana" has taken it').count()).toBe(1);
      expect(await ben.getByRole("button", { name: "Approve" }).count()).toBe(0);
      await tab.getByText("Ask before you decide").click();
      await tab.getByLabel("Your question").fill("Which invoice is it?");
      await tab.getByRole("button", { name: "Ask" }).click();
      await ben.locator("summary", { hasText: "Comment" }).click();
      await ben.getByLabel("Your comment").fill("I know this customer");
      await ben.getByRole("button", { name: "Comment" }).click();
      const rita = await open(`/inbox/${hold.id}`, "rita");
      await rita.getByLabel("Answer ana's question: Which invoice is it?").fill("number 12");
      await rita.getByRole("button", { name: "Answer" }).click();
      await tab.reload();
      expect(await tab.getByText("number 12").count()).toBeGreaterThan(0);
      await tab.getByRole("button", { name: "Give it back" }).click();
      await tab.getByText("Let somebody else decide").click();
      await tab.getByLabel("To whom").first().fill("nina");
      await tab.getByRole("button", { name: "Hand it over" }).click();
      expect(await recorded(tab)).toContain("Handed over to nina.");
      const trail = (await tab.getByRole("region", { name: "What has happened" }).textContent()) ?? "";
      for (const words of [
        "claimed",
        "Which invoice is it?",
        "I know this customer",
        "number 12",
        "released",
        "to nina",
      ])
        expect(trail).toContain(words);
      expect((await engine.holds.trail(hold)).map(({ channel }) => channel).slice(1)).toEqual(Array(6).fill("inbox"));
    });

    test("what changed since somebody looked is refused with the difference, and a critical one is never decided with others", async () => {
      engine = await openOffice();
      const hold = await asked(engine, "wipe");
      await asked(engine, "wipe");
      const tab = await open(`/inbox/${hold.id}`);
      expect(await tab.getByText("critical ones are decided one by one").count()).toBe(1);
      await engine.holds.amend(hold, { letters: 2_000_000, asked: "nobody" }, { by: "rita" });
      await tab.getByLabel("I have looked at the evidence").check();
      await tab.getByRole("button", { name: "Approve" }).click();
      expect(await tab.getByRole("alert").textContent()).toContain(
        "context.asked: the customer, by mail of 3 May → nobody",
      );
      expect((await engine.hold(hold.id)).status).toBe("open");
      await screenshot(tab, "inbox-changed");
      await tab.goto(`${server.url}/inbox/${hold.id}/similar`);
      expect(await tab.getByText("each is read and decided by itself").count()).toBe(1);
    });

    test("alike ones are decided together with one reason: what stands out comes first, and what may not be is named", async () => {
      engine = await openOffice();
      const holds: Hold[] = [];
      for (const [order, amount] of [
        ["A-1", 60],
        ["A-2", 61],
        ["A-3", 800],
        ["A-4", 62],
      ] as const)
        holds.push(await asked(engine, "payout", { order, amount }, order));
      const tab = await open(`/inbox/${holds[0]?.id}`);
      await tab.getByRole("link", { name: "Decide it with 3 more like it" }).click();
      expect(await tab.locator("tbody tr").first().textContent()).toContain("800");
      await screenshot(tab, "inbox-similar");
      for (const at of [0, 1, 3]) await tab.locator(`[id="choose-${holds[at]?.id}"]`).check();
      await engine.holds.claim(holds[3] as Hold, { by: "ben" });
      await tab.getByLabel("Why").fill("small amounts");
      await tab.getByRole("button", { name: "Approve the chosen ones" }).click();
      expect(await tab.getByRole("heading").textContent()).toBe("2 of 3 recorded");
      expect(await tab.getByText('"ben" has taken it').count()).toBe(1);
      const now = await Promise.all(holds.map(({ id }) => engine.hold(id)));
      expect(now.map(({ status }) => status)).toEqual(["decided", "decided", "open", "open"]);
      expect(now[0]?.decision).toMatchObject({ value: { approved: true }, note: "small amounts", channel: "inbox" });
    });

    test("what somebody wrote into any field is text on every page: with scripts on nothing runs, and nothing is loaded", async () => {
      engine = await openOffice();
      const hold = await asked(engine, "nasty", undefined, "nasty-run");
      await asked(engine, "nasty");
      await engine.holds.comment(hold, hostile, { by: hostile });
      await engine.holds.ask(hold, hostile, { by: "ana", to: hostile });
      await engine.holds.claim(hold, { by: "ana" });
      const query = `?q=${encodeURIComponent("<img")}&tag=${encodeURIComponent(hostile)}&view=open`;
      const tab = await open("/inbox", "ana", {});
      for (const path of [
        `/inbox${query}`,
        `/inbox${query}x`,
        `/inbox/${hold.id}/similar`,
        `/inbox/${hold.id}${query}`,
      ]) {
        await tab.goto(`${server.url}${path}`);
        expect(await tab.locator("body").textContent(), path).toContain(hostile);
        expect(
          await tab.locator("img, script, iframe, object, link, [onfocus], a[href^=javascript]").count(),
          path,
        ).toBe(0);
      }
      await tab.getByLabel("Note").fill(hostile);
      await tab.getByRole("button", { name: "Reject" }).click();
      expect(await recorded(tab)).toContain("rejected by you");
      expect(await tab.locator("img, script").count()).toBe(0);
      expect(trouble).toEqual([]);
    });

    test("by keyboard alone: to the list, into a hold, through its form; Enter in a field decides nothing", async () => {
      engine = await openOffice();
      const hold = await asked(engine, "payout", { order: "A-7", amount: 120 }, "A-7");
      const tab = await open("/inbox");
      const focused = (): Promise<string> =>
        tab.locator(":focus").evaluate((one) => one.getAttribute("name") ?? one.textContent ?? "");
      const tabTo = async (name: string): Promise<void> => {
        for (let presses = 0; presses < 40; presses++) {
          await tab.keyboard.press("Tab");
          if ((await focused()) === name) return;
        }
        throw new Error(`${name} cannot be reached by Tab`);
      };
      await tabTo("To the content");
      await tabTo(hold.title);
      await tab.keyboard.press("Enter");
      await tab.getByRole("heading", { level: 1, name: hold.title }).waitFor();
      await tabTo("args.amount");
      await tab.keyboard.press("Enter");
      await tabTo("outcome");
      expect((await engine.hold(hold.id)).status).toBe("open");
      await tab.keyboard.press("Space");
      await tab.getByRole("status").waitFor();
      expect(await tab.getByRole("status").evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
      expect((await engine.hold(hold.id)).status).toBe("decided");
    });

    test.each([
      ["light", 320],
      ["dark", 768],
      ["light", 1440],
    ] as const)(
      "%s, %i px wide: nothing sticks out, all can be tapped, and axe finds nothing wrong",
      async (colorScheme, width) => {
        engine = await openOffice();
        const pay = await asked(engine, "payout", { order: "A-7", amount: 120 }, "A-7");
        await asked(engine, "payout", { order: "A-8", amount: 80 }, "A-8");
        await asked(engine, "label", undefined, "mail-118");
        const hold = await asked(engine, "deploy", undefined, "deploy-billing");
        await asked(engine, "wipe", undefined, "archive-2019");
        await engine.decide(hold, { approved: true }, { by: "ben", note: "looks good" });
        await engine.holds.claim(pay, { by: "ana" });
        const tab = await open("/inbox", "ana", { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        for (const [name, path] of [
          ["list", "/inbox"],
          ["hold", `/inbox/${hold.id}`],
          ["similar", `/inbox/${pay.id}/similar`],
        ]) {
          await tab.goto(`${server.url}${path}`);
          await screenshot(tab, `inbox-${name}-${colorScheme}-${width}`);
          expect(await overflowOf(tab), name).toBe(0);
          const heights = await tab
            .locator("button:visible, label.choice, select, textarea, .views a, summary")
            .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height > 0));
          expect(Math.min(...heights), name).toBeGreaterThanOrEqual(24);
          expect(await axeFindings(tab, ["best-practice"]), name).toEqual([]);
        }
      },
    );
  },
);
