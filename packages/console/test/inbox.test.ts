import type { Hold } from "@holdpoint/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab, type Tab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { hostile } from "./rig/workflows.ts";

// The inbox as reviewers have it: a real Chromium, a real server on SQLite, the built console under its policy.

describe.skipIf(missing !== null)(`the inbox${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let office: Office;
  let browser: Browser;
  const tabs: Tab[] = [];
  beforeAll(async () => {
    [office, browser] = await Promise.all([openOffice(), openBrowser()]);
  });
  afterEach(async () => {
    for (const { trouble, close } of tabs.splice(0)) {
      expect(trouble).toEqual([]);
      await close();
    }
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  const visit = async (path: string, sitting: Parameters<typeof openTab>[2] = {}): Promise<Page> => {
    const tab = await openTab(browser, `${office.url}${path}`, sitting);
    tabs.push(tab);
    return tab.page;
  };
  const refund = (order: string, amount: number): Promise<Hold> =>
    office.ask("refund", { order, amount, customer: "Ana Okafor" });
  const decided = async ({ id }: Hold) => {
    const { status, decision, decidedBy } = await office.engine.hold(id);
    return { status, value: decision?.value, note: decision?.note, by: decidedBy };
  };
  const closed = (hold: Hold) => expect.poll(async () => (await office.engine.hold(hold.id)).status).toBe("decided");
  const row = (page: Page, hold: Hold) => page.locator(`[data-hold="${hold.id}"]`);
  const panel = (page: Page) => page.getByRole("form", { name: "Your decision" });
  /** What is said in a corner goes by itself: it is waited for from before it is said. */
  const said = (page: Page, text: string) => page.getByText(text).waitFor();

  test("one is decided by mouse, what comes next has the focus; another is changed first, and shown as changed", async () => {
    const [first, second] = [await refund("M-1", 120), await refund("M-2", 80)];
    const page = await visit("/inbox?q=M-");
    await row(page, first).click();
    await panel(page).getByLabel("Note").fill("seen the photos");
    await Promise.all([
      said(page, `Approved: ${first.title}`),
      panel(page).getByRole("button", { name: "Approve and pay back" }).click(),
    ]);
    await closed(first);
    expect(await decided(first)).toMatchObject({
      status: "decided",
      value: { approved: true },
      note: "seen the photos",
      by: "ana",
    });
    await expect.poll(() => page.evaluate("document.activeElement.dataset.hold")).toBe(second.id);
    expect(new URL(page.url()).pathname).toBe(`/console/inbox/${second.id}`);

    await page.getByRole("button", { name: "Change what is proposed" }).click();
    await page.getByLabel("Amount").fill("9000");
    await panel(page).getByRole("button", { name: "Approve changed" }).click();
    await page.getByText("Must be 900 or less.").waitFor();
    await page.getByLabel("Amount").fill("60");
    expect(await page.getByRole("region", { name: "What you change" }).innerText()).toMatch(/amount\s+80\s+60/);
    await panel(page).getByRole("button", { name: "Approve changed" }).click();
    await closed(second);
    expect((await decided(second)).value).toMatchObject({ approved: true, args: { amount: 60, currency: "USD" } });
  });

  test("by keyboard alone: found, read, refused with a reason and not by one key, the next one approved, a form filled in", async () => {
    const [first, second] = [await refund("K-1", 70), await refund("K-2", 75)];
    const page = await visit("/inbox");
    await row(page, first).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("K-");
    await page.waitForURL(/q=K-/);
    await expect.poll(() => page.locator("[data-hold]").count()).toBe(2);
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: first.title }).waitFor();
    await panel(page).waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("no photo");
    expect((await decided(first)).status).toBe("open");
    await page.keyboard.press("Control+Enter");
    await closed(first);
    expect(await decided(first)).toMatchObject({ value: { approved: false }, note: "no photo", by: "ana" });
    await page.getByRole("heading", { name: second.title }).waitFor();
    await panel(page).waitFor();
    await page.keyboard.press("a");
    await Promise.all([said(page, `Approved: ${second.title}`), page.keyboard.press("Control+Enter")]);
    await closed(second);
    await expect.poll(() => page.url()).toMatch(/inbox\?/);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Next hold").waitFor();
    await page.keyboard.press("Escape");

    const mail = await office.ask("mail-triage", { subject: "K-3 offer", text: "Dear friend", spam: 0.7 });
    await page.goto(`${office.url}/inbox/${mail.id}`);
    await panel(page).getByRole("button", { name: "Send answer" }).waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Fill this in.").waitFor();
    await panel(page).getByRole("radio", { name: "ham" }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Control+Enter");
    await closed(mail);
    expect((await decided(mail)).value).toEqual({ label: "ham" });
  });

  test("a decision is sent after some seconds, and not at all when it is undone", async () => {
    const hold = await refund("U-1", 90);
    const page = await visit(`/inbox/${hold.id}`, { undo: 15 });
    await page.clock.install();
    await panel(page).getByRole("button", { name: "Reject" }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
    await Promise.all([said(page, "Taken back"), page.keyboard.press("u")]);
    await page.clock.runFor(20_000);
    expect((await decided(hold)).status).toBe("open");
    await page.getByRole("heading", { name: hold.title }).waitFor();
    await panel(page).getByRole("button", { name: "Reject" }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
    expect((await decided(hold)).status).toBe("open");
    await page.clock.runFor(15_000);
    await closed(hold);
  });

  test("alike ones are decided together: what stands out on top, one left open, one otherwise, each with what became of it", async () => {
    const holds = [];
    for (const [n, amount] of [60, 61, 62, 290].entries()) holds.push(await refund(`B-${n}`, amount));
    const [a, b, c, odd] = holds as [Hold, Hold, Hold, Hold];
    const page = await visit("/inbox?q=B-&group=true");
    await page.getByRole("link", { name: "Review together" }).click();
    await page.getByRole("heading", { name: "4 holds ask the same" }).waitFor();
    expect(await page.locator("tbody th").first().innerText()).toMatch(/290[\s\S]*stands out/);
    await page.getByLabel(`Decision for: ${odd.title}`).selectOption("skip");
    await page.getByLabel(`Decision for: ${c.title}`).selectOption("reject");
    await page.getByRole("button", { name: "Approve 4" }).click();
    await page.getByText("Say why, once for all of them.").waitFor();
    await page.getByLabel("Reason").fill("known customer");
    expect(await axeFindings(page)).toEqual([]);
    const heard = page.waitForResponse(/holds\?.*inbox/);
    await office.engine.decide(b, { approved: false }, { by: "ben" });
    await heard;
    await page.getByRole("heading", { name: "4 holds ask the same" }).waitFor();
    await page.getByRole("button", { name: "Approve 4" }).click();
    await page.getByRole("heading", { name: "2 of 3 recorded" }).waitFor();
    expect(await page.locator("tbody").innerText()).toMatch(/not done: .*already decided/i);
    expect([(await decided(a)).value, (await decided(c)).value]).toMatchObject([
      { approved: true },
      { approved: false },
    ]);
    expect(await decided(b)).toMatchObject({ by: "ben" });
    expect((await decided(odd)).status).toBe("open");
  });

  test("two people race for one: whoever is late sees who was faster, and keeps what they wrote", async () => {
    const hold = await refund("R-1", 99);
    const [ana, ben] = await Promise.all(["ana", "ben"].map((who) => visit(`/inbox/${hold.id}`, { who })));
    if (!ana || !ben) throw new Error("two tabs");
    await panel(ana).getByLabel("Note").fill("my long thoughts");
    await panel(ben).getByRole("button", { name: "Reject" }).click();
    await ana.getByRole("alert").filter({ hasText: "ben decided this: rejected" }).waitFor();
    await ana.getByText("my long thoughts").waitFor();
    expect(await panel(ana).count()).toBe(0);
    expect(await decided(hold)).toMatchObject({ by: "ben", value: { approved: false } });
  });

  test("who else looks at one is told, never oneself, and the next one to come as well", async () => {
    const hold = await refund("P-1", 98);
    const ana = await visit(`/inbox/${hold.id}`);
    // Its clock can be put on: it runs like any other until then.
    await ana.clock.install();
    await ana.reload();
    await panel(ana).waitFor();
    const ben = await visit(`/inbox/${hold.id}`, { who: "ben" });
    const told = (page: Page) => page.getByRole("status").filter({ hasText: "looking at this" });
    await told(ben).filter({ hasText: "ana is looking at this, too" }).waitFor();
    expect(await told(ana).count()).toBe(0);
    await ana.clock.fastForward(20_000);
    await told(ana).filter({ hasText: "ben is looking at this, too" }).waitFor();
    expect(await axeFindings(ana)).toEqual([]);
    await office.engine.decide(hold, { approved: true }, { by: "ben" });
    await told(ana).waitFor({ state: "detached" });
  });

  test("what changed since it was read is decided on only after it was looked at", async () => {
    const hold = await refund("E-1", 95);
    const page = await visit(`/inbox/${hold.id}`);
    await panel(page).getByRole("button", { name: "Approve and pay back" }).waitFor();
    await page.getByText("card ending 4242").waitFor();
    await office.engine.holds.amend(
      hold.id,
      { order: { order: "E-1", amount: 95, paid: "voucher" } },
      { by: "rita", channel: "api" },
    );
    await panel(page).getByRole("button", { name: "Review changes" }).click();
    const dialog = page.getByRole("dialog", { name: "What has changed" });
    expect(await dialog.innerText()).toMatch(/paid[\s\S]*card ending 4242[\s\S]*voucher/);
    await dialog.getByRole("button", { name: "I have seen the changes" }).click();
    await panel(page).getByRole("button", { name: "Approve and pay back" }).click();
    await closed(hold);
  });

  test("a critical one takes its target, typed; who may not decide is told who may", async () => {
    const hold = await office.ask("archive-cleanup");
    const page = await visit(`/inbox/${hold.id}`);
    await panel(page).getByRole("button", { name: "Approve and delete" }).click();
    await page.getByText("That is not the same.").waitFor();
    expect((await decided(hold)).status).toBe("open");
    expect(await axeFindings(page)).toEqual([]);
    const other = await visit(`/inbox/${hold.id}`, { who: "ben" });
    await other.getByText("You may not decide this").waitFor();
    await other.getByText("ana", { exact: false }).first().waitFor();
    await other.getByRole("button", { name: "Ask them to look" }).click();
    await other.getByLabel("Your comment").fill("Is this one really old enough?");
    await other.getByRole("dialog").getByRole("button", { name: "Ask them to look" }).click();
    await page.getByText("Is this one really old enough?").waitFor();
    const viewer = await visit(`/inbox/${hold.id}`, { who: "ana.viewer" });
    await viewer.getByText("Your role lets you read this and not decide it.").waitFor();
    await panel(page).getByLabel("Type “mail-2019” to confirm").fill("mail-2019");
    await panel(page).getByRole("button", { name: "Approve and delete" }).click();
    await closed(hold);
  });

  test("it is taken, asked about, and given on; what is said appears by itself", async () => {
    const hold = await refund("T-1", 97);
    await office.engine.people.put("zoe", { name: "Zoe Marsh" });
    await office.engine.groups.put("night-desk", { members: ["noor"] });
    const page = await visit(`/inbox/${hold.id}`);
    await page.getByRole("button", { name: "Take it" }).click();
    await page.getByRole("button", { name: "Give it back" }).waitFor();
    await expect.poll(async () => (await office.engine.hold(hold.id)).progress.claimedBy).toBe("ana");
    await page.keyboard.press("m");
    await page.getByLabel("Your question").fill("Which card?");
    await page.getByRole("dialog").getByRole("button", { name: "Ask before deciding" }).click();
    await page.getByText("not answered yet").or(page.getByLabel("Your answer")).first().waitFor();
    await office.engine.holds.answer(hold.id, 1, "The blue one", { by: "rita", channel: "api" });
    await page.getByText("The blue one").waitFor();
    await page.keyboard.press("d");
    const suggested = (id: string) => page.locator(`datalist option[value="${id}"]`);
    await suggested("zoe").waitFor({ state: "attached" });
    expect(await suggested("zoe").getAttribute("label")).toBe("Zoe Marsh");
    // Found by their group, too; and whom the store does not know may be written all the same.
    await page.getByLabel("To whom").fill("night");
    await suggested("zoe").waitFor({ state: "detached" });
    await suggested("noor").waitFor({ state: "attached" });
    expect(await suggested("noor").getAttribute("label")).toBe("noor · night-desk");
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel("To whom").fill("zoe");
    await page.getByRole("dialog").getByRole("button", { name: "Let somebody else decide" }).click();
    await expect
      .poll(async () => (await office.engine.hold(hold.id)).progress.delegations)
      .toMatchObject([{ from: "ana", to: "zoe" }]);
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Delegated by me" }).click();
    await row(page, hold).waitFor();
    await office.engine.decide(hold.id, { approved: true }, { by: "zoe" });
    await row(page, hold).waitFor({ state: "detached" });
  });

  test("new ones wait for a press instead of moving the list; a connection that is cut is said, and what was missed is there after it", async () => {
    const hold = await refund("S-1", 93);
    const page = await visit("/inbox?q=S-");
    // Its clock can be put on: it runs like any other until then.
    await page.clock.install();
    await page.reload();
    await row(page, hold).waitFor();
    const second = await refund("S-2", 94);
    await page.getByRole("button", { name: "1 new hold" }).click();
    await row(page, second).waitFor();
    let third: Hold | undefined;
    await office.away(async () => {
      await page.getByText("Connection lost").waitFor();
      await office.engine.decide(hold, { approved: true }, { by: "ben" });
      third = await refund("S-3", 96);
      // What is shown is a minute old: it is not decided on.
      await row(page, second).click();
      await panel(page).getByRole("button", { name: "Reject" }).and(page.locator(":enabled")).waitFor();
      await page.clock.fastForward(80_000);
      await panel(page).getByText("Not connected for a minute").waitFor();
      await panel(page).getByRole("button", { name: "Reject" }).and(page.locator(":disabled")).waitFor();
    });
    await page.getByText("Connection lost").or(page.getByText("Not connected")).first().waitFor({ state: "detached" });
    await panel(page).getByRole("button", { name: "Reject" }).and(page.locator(":enabled")).waitFor();
    await row(page, hold).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "1 new hold" }).click();
    if (third) await row(page, third).waitFor();
  });

  test("hostile text in every field is text: nothing of it runs, is loaded, or becomes a link; at 320 px nothing is cut off", async () => {
    const hold = await office.ask("nasty");
    await office.engine.holds.comment(hold.id, hostile, { by: hostile, channel: "api" });
    const page = await visit(`/inbox/${hold.id}`);
    await page.getByRole("heading", { name: hostile }).waitFor();
    await panel(page).waitFor();
    await page.getByText("commented").waitFor();
    expect(await page.locator("img, script:not([src]), [onerror], [onfocus], a[href^='javascript']").count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole("button", { name: "Back to the list" }).click();
    await row(page, hold).waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });
});
