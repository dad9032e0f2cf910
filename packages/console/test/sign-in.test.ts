import { decisionLinks, decisionPage } from "@holdpoint/channels";
import { apiKeys, localAccounts, oidcSignIn, Passwords, sessions, signIn } from "@holdpoint/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { RealIssuer } from "../../server/src/sign-in/fixtures/real-issuer.ts";
import { missing, openBrowser, openTab, type Tab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";

// Coming in, each way there is: a real OpenID provider on another origin, an account of our own, an API key, and a link by mail.

const secret = "at least 32 characters nobody can guess";
const password = "correct horse battery";

describe.skipIf(missing !== null)(
  `signing in to the console${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let office: Office;
    let browser: Browser;
    let issuer: RealIssuer;
    let key: string;
    let linkTo: (hold: string, person: string) => Promise<string>;
    let tab: Tab;
    beforeAll(async () => {
      browser = await openBrowser();
      office = await openOffice(async (engine, origin) => {
        issuer = await new RealIssuer({ ana: { name: "Ana Okafor", groups: ["finance"] }, eve: { groups: [] } }).open(
          `${origin}/auth/callback`,
        );
        const people = sessions({ engine, origin });
        const accounts = localAccounts({ engine, sessions: people, secret, passwords: new Passwords(10) });
        const invited = await accounts.invite({ name: "ben", namespace: "default", roles: ["reviewer"] }, "admin");
        await accounts.accept(invited.token, password);
        const oidc = oidcSignIn({
          ...{
            sessions: people,
            issuer: issuer.url,
            clientId: "holdpoint",
            clientSecret: "the client's own secret",
            secret,
          },
          mapping: { roles: { finance: ["reviewer"] } },
        });
        const keys = apiKeys({ engine, secret });
        key = (await keys.create({ name: "a script", person: "ana", namespace: "default", roles: ["reviewer"] }, null))
          .key;
        const links = decisionLinks({ url: `${origin}/decide`, secret });
        linkTo = async (hold, person) => links.mint(await engine.hold(hold), person);
        const doors = signIn({ sessions: people, oidc, accounts, failurePath: "/console/sign-in" });
        return { authenticate: [], keys, signIn: doors, decisionPage: decisionPage({ engine, links }) };
      });
    });
    afterEach(() => tab.close());
    afterAll(async () => {
      await browser?.close();
      await office?.stop();
      await issuer?.close();
    });

    const visit = async (path: string): Promise<Page> => {
      tab = await openTab(browser, `${office.url}${path}`);
      return tab.page;
    };
    const comeThroughProvider = async (page: Page, name: string): Promise<void> => {
      await page.getByRole("link", { name: "Sign in with your organisation" }).click();
      await page.locator('input[name="login"]').fill(name);
      await page.locator('input[name="password"]').fill("any");
      await page.locator('button[type="submit"]').click();
      await page.getByRole("button", { name: "Continue" }).click();
    };
    const refund = (order: string) => office.ask("refund", { order, amount: 77, customer: "Ana Okafor" });

    test("through the provider to the hold that was wanted, decided as who the provider says; signed out, one is asked again", async () => {
      const hold = await refund("O-1");
      const page = await visit(`/inbox/${hold.id}?view=open`);
      await page.getByRole("heading", { name: "Sign in to Holdpoint" }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await comeThroughProvider(page, "ana");
      await page.getByRole("button", { name: "Approve and pay back" }).click();
      await expect.poll(async () => (await office.engine.hold(hold.id)).decidedBy).toBe("ana");
      expect(new URL(page.url()).search).toBe("?view=open");
      await page.getByRole("button", { name: "Account: Ana Okafor" }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in to Holdpoint" }).waitFor();
    });

    test("whom no group lets in is told why; a wrong password, then the right one; at 320 px nothing is cut off", async () => {
      const page = await visit("/inbox");
      await page.setViewportSize({ width: 320, height: 640 });
      await comeThroughProvider(page, "eve");
      await page.getByText("none of your groups may do anything here").waitFor();
      expect(await overflowOf(page)).toBe(0);
      await page.getByLabel("Name").fill("ben");
      await page.getByLabel("Password").fill("wrong password!");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("alert").filter({ hasText: "name, password or code is wrong" }).waitFor();
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      expect((await page.context().cookies()).find(({ name }) => name === "holdpoint")).toMatchObject({
        httpOnly: true,
      });
    });

    test("an API key lets in for this tab alone; a wrong one does not", async () => {
      const page = await visit("/inbox");
      await page.getByText("With an API key").click();
      await page.getByLabel("API key", { exact: true }).fill("hp_wrong");
      await page.getByRole("button", { name: "Use this key" }).click();
      await page.getByText("No such key here").waitFor();
      await page.getByLabel("API key", { exact: true }).fill(key);
      await page.getByRole("button", { name: "Use this key" }).click();
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      const other = await page.context().newPage();
      await other.goto(`${office.url}/inbox`);
      await other.getByRole("heading", { name: "Sign in to Holdpoint" }).waitFor();
      expect(await page.evaluate("localStorage.length")).toBe(1);
    });

    test("a decision by a signed link is seen in the console at once", async () => {
      const hold = await refund("L-1");
      const page = await visit(`/inbox/${hold.id}`);
      await comeThroughProvider(page, "ana");
      await page.getByRole("form", { name: "Your decision" }).waitFor();
      const mail = await page.context().newPage();
      await mail.goto(await linkTo(hold.id, "ben"));
      await mail.getByRole("button", { name: "Reject" }).click();
      await page.getByRole("alert").filter({ hasText: "ben decided this: rejected" }).waitFor();
    });
  },
);
