import { createHmac } from "node:crypto";
import { createClient } from "@holdpoint/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openAdministeredOffice } from "./rig/administered.ts";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { hostile } from "./rig/workflows.ts";

/** What an authenticator app shows now (RFC 6238). */
function totpOf(secret: string): string {
  const bits = [...secret].map((one) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))))
    .update(counter)
    .digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const password = "correct horse battery";

describe.skipIf(missing !== null)(`settings in a browser${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let office: Awaited<ReturnType<typeof openAdministeredOffice>>;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([openAdministeredOffice(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  const dialog = (page: Page) => page.getByRole("dialog");
  /** Presses what a dialog is for, and waits until it is gone. */
  const submit = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true }).click();
  const shownOnce = async (page: Page, label: string): Promise<string> => {
    const value = await dialog(page).getByLabel(label, { exact: true }).inputValue();
    await submit(page, "I have kept it");
    return value;
  };
  const choose = async (page: Page, name: string, item: string): Promise<void> => {
    await page
      .getByRole("button", { name: `Actions for ${name}` })
      .first()
      .click();
    await page.getByRole("menuitem", { name: item }).click();
  };

  test("an API key is made, shown once, replaced with an overlap and revoked", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=keys`);
    await page.getByRole("button", { name: "Make a key" }).click();
    await dialog(page).getByLabel("What it is for").fill(hostile);
    await submit(page, "Make a key");
    await dialog(page).getByText("Choose at least one role.").waitFor();
    await dialog(page)
      .getByRole("checkbox", { name: /^viewer/ })
      .check();
    expect(await axeFindings(page)).toEqual([]);
    await submit(page, "Make a key");
    const first = await shownOnce(page, "API key");
    const works = async (key: string): Promise<number> =>
      (await fetch(`${office.server.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await works(first)).toBe(200);
    await page.getByText(hostile, { exact: true }).waitFor();
    expect(await page.content()).not.toContain(first);
    await choose(page, hostile, "Replace…");
    await dialog(page).getByLabel("The old one works for another").selectOption({ label: "hour" });
    await submit(page, "Make the new key");
    const second = await shownOnce(page, "API key");
    expect([await works(first), await works(second)]).toEqual([200, 200]);
    await choose(page, hostile, "Revoke…");
    await submit(page, `Revoke ${hostile}`);
    await vi.waitFor(async () => expect([await works(first), await works(second)].sort()).toEqual([200, 401]), 60_000);
    expect(await axeFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await close();
  });

  test("somebody is invited, chooses a password by the link, signs in, adds an app, and is the last who manages access", async () => {
    const { page, close, trouble } = await openTab(browser, `${office.url}/settings?tab=people`);
    await page.getByRole("button", { name: "Invite somebody" }).click();
    await dialog(page).getByLabel("Name or e-mail address").fill("mara@example.com");
    await dialog(page).getByLabel("Shown as").fill(hostile);
    await dialog(page)
      .getByRole("checkbox", { name: /^admin/ })
      .check();
    await submit(page, "Invite somebody");
    const link = await shownOnce(page, "Link");
    await page.getByText("mara@example.com").first().waitFor();
    expect(await axeFindings(page)).toEqual([]);

    const mara = await openTab(browser, link, { viewport: { width: 320, height: 640 } });
    await mara.page.getByLabel("New password").fill(password);
    await mara.page.getByLabel("Once more").fill("something else entirely");
    await mara.page.getByRole("button", { name: "Set this password" }).click();
    await mara.page.getByText("The two are not the same.").waitFor();
    expect([await mara.page.evaluate("location.hash"), await overflowOf(mara.page)]).toEqual(["", 0]);
    expect(await axeFindings(mara.page)).toEqual([]);
    await mara.page.getByLabel("Once more").fill(password);
    await mara.page.getByRole("button", { name: "Set this password" }).click();
    await mara.page.getByRole("heading", { name: "Your password is set" }).waitFor();
    const name = "mara@example.com";
    const signedIn = await mara.page.evaluate(
      `fetch("/auth/local/sign-in", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify({ name, password }))} }).then(({ status }) => status)`,
    );
    expect(signedIn).toBe(200);
    await mara.page.setViewportSize({ width: 1440, height: 900 });
    await mara.page.goto(`${office.url}/settings?tab=you`);
    await mara.page.getByRole("button", { name: "Add an app…" }).click();
    await dialog(mara.page).getByLabel("Password you have").fill(password);
    await submit(mara.page, "Show what to scan");
    await dialog(mara.page).getByRole("img", { name: "QR code for your authenticator app" }).waitFor();
    const shared = await dialog(mara.page).getByLabel("Secret, for typing").inputValue();
    expect(await axeFindings(mara.page)).toEqual([]);
    await dialog(mara.page).getByLabel("Code of your app").fill(totpOf(shared));
    await submit(mara.page, "Confirm with the code");
    await mara.page.getByRole("button", { name: "Remove the app…" }).waitFor();
    await mara.page.getByRole("tab", { name: "Accounts and roles" }).click();
    await choose(mara.page, name, "Disable…");
    await submit(mara.page, `Disable ${name}`);
    await dialog(mara.page).getByText("nobody here could manage access any more").waitFor();
    expect(mara.trouble).toEqual([]);
    await mara.close();
    expect(trouble).toEqual([]);
    await close();
  });

  test("a webhook is added and told, and its messages are listed", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=webhooks`);
    await page.getByRole("button", { name: "Add a webhook" }).click();
    await dialog(page).getByLabel("What it is for").fill(hostile);
    await dialog(page).getByLabel("Address").fill(office.receiver);
    await submit(page, "Add a webhook");
    expect(await shownOnce(page, "Secret")).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByRole("cell", { name: "webhook.test" }).waitFor();
    await page.getByRole("cell", { name: "sent", exact: true }).waitFor();
    expect(office.sent.join()).toContain("webhook.test");
    await page.getByLabel("Which").selectOption({ label: "dead letters" });
    await page.getByText("None of these.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await close();
  });

  test("the audit log is filtered in the address, verified and exported", async () => {
    const admin = createClient({ url: office.server.url });
    await admin.keys.create({ name: hostile, roles: ["viewer"] });
    await admin.access.bind({ group: hostile, role: "reviewer" });
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=audit&action=keys.create`);
    await page.getByRole("cell", { name: "keys.create" }).first().waitFor();
    expect(await page.getByRole("cell", { name: "access.bind" }).count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await submit(page, "Verify the chain");
    await dialog(page)
      .getByText(/^Intact: all \d+ lines/)
      .waitFor();
    await page.keyboard.press("Escape");
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "As CSV" }).click();
    expect((await file).suggestedFilename()).toBe("audit.csv");
    await page.getByLabel("Action").fill("access.*");
    await page.getByRole("button", { name: "Show these" }).click();
    await page.getByRole("cell", { name: "access.bind" }).first().waitFor();
    expect(page.url()).toContain("access.*");
    expect(trouble).toEqual([]);
    await close();
  });

  test("a group is made and changed, somebody stands in for who is away, and somebody is forgotten", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=groups`);
    await page.getByRole("button", { name: "Make a group" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("payers");
    await dialog(page).getByLabel("Members").fill(`mira, ${hostile}`);
    expect(await axeFindings(page)).toEqual([]);
    await submit(page, "Make a group");
    await page.getByRole("cell", { name: "payers" }).first().waitFor();
    await office.engine.groups.add("payers", "noa");
    await page.getByRole("button", { name: "Change… payers" }).click();
    await dialog(page).getByLabel("Members").fill("mira");
    await submit(page, "Save the group");
    await dialog(page).getByText("has changed since it was read").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Let somebody stand in" }).click();
    await dialog(page).getByLabel("Who is away").fill("mira");
    await dialog(page).getByLabel("Who stands in").fill("noa");
    await submit(page, "Let them stand in");
    await page.getByRole("button", { name: "End: noa for mira" }).click();
    await page.getByText("Nobody is away.").waitFor();
    await page.getByRole("button", { name: `Forget… ${hostile}` }).click();
    await submit(page, `Forget ${hostile}`);
    await vi.waitFor(async () => expect((await office.engine.groups.get("payers")).members).toEqual(["mira", "noa"]));
    expect(await axeFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await close();
  });

  test("a reviewer says who stands in for them, and sees groups without changing any", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=you`, {
      who: "ben.reviewer",
      viewport: { width: 320, height: 640 },
    });
    await page.getByRole("button", { name: "Choose who stands in for you" }).click();
    await dialog(page).getByLabel("Who stands in").fill("cleo");
    await dialog(page).getByLabel("Why").fill("on holiday");
    expect([await overflowOf(page), await axeFindings(page)]).toEqual([0, []]);
    await submit(page, "Let them stand in");
    await page.getByText("on holiday").waitFor();
    expect(await office.engine.substitutions.list({ person: "ben" })).toMatchObject([{ substitute: "cleo" }]);
    await page.getByRole("tab", { name: "Groups and substitutes" }).click();
    await page.getByRole("heading", { name: "Groups", exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Make a group" }).count()).toBe(0);
    expect([await overflowOf(page), await axeFindings(page)]).toEqual([0, []]);
    expect(trouble).toEqual([]);
    await close();
  });

  test("a channel is tried on oneself, one that fails says why, and retention shows what there is", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings?tab=channels`);
    await page.getByRole("button", { name: "Send me a test by memo" }).click();
    await page.getByText("“memo” took the message.").waitFor();
    expect(office.said).toEqual(['ana: A test of the channel "memo"']);
    await page.getByRole("button", { name: "Send me a test by pager" }).click();
    await page.getByText("“pager” did not take it: the pager is off").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("tab", { name: "Retention" }).click();
    await page.getByText("30 days").waitFor();
    await page.getByText("0 runs now, 0 more within a day").waitFor();
    await page.getByText(/ [KM]iB$/).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await close();
  });

  test("every part of the settings is there, and fits a phone", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/settings`);
    for (const name of ["Sessions", "Machines", "You"]) {
      await page.getByRole("tab", { name }).click();
      await page.getByRole("tabpanel").getByRole("heading").first().waitFor();
      expect(await axeFindings(page), name).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    for (const name of [
      "API keys",
      "Accounts and roles",
      "Groups and substitutes",
      "Channels",
      "Retention",
      "Webhooks",
      "Audit log",
      "You",
    ]) {
      await page.getByRole("tab", { name }).click();
      await page.getByRole("tabpanel").getByRole("heading").first().waitFor();
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
    }
    expect(trouble).toEqual([]);
    await close();
  });
});
