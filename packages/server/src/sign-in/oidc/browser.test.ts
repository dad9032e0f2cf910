import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createEngine, type Engine, memoryStore, workflow } from "@holdpoint/core";
import { createAdaptorServer } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HoldpointApp, holdpoint } from "../../holdpoint.ts";
import { missing, openBrowser } from "../fixtures/chromium.ts";
import { RealIssuer } from "../fixtures/real-issuer.ts";
import { sessions } from "../session/sessions.ts";
import { signIn } from "../sign-in.ts";
import { oidcSignIn } from "./oidc-sign-in.ts";

// Signing in as people do it: a real Chromium, a real issuer on another origin, our server, and the inbox they wanted to see.

const pay = workflow({ name: "pay" }, (ctx) =>
  ctx.approve("pay", { title: "Pay 12?", reviewers: { people: ["ana"] } }),
);

describe.skipIf(missing !== null)(
  `signing in with a browser${missing === null ? "" : ` (skipped: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    let engine: Engine;
    let app: HoldpointApp;
    let node: Server;
    let origin: string;
    let issuer: RealIssuer;
    let browser: Browser;

    beforeAll(async () => {
      engine = createEngine({ store: memoryStore(), workflows: [pay] });
      await engine.start();
      node = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server;
      node.listen(0, "127.0.0.1");
      await once(node, "listening");
      // Another host than the issuer's: cookies know no ports.
      origin = `http://localhost:${(node.address() as AddressInfo).port}`;
      issuer = await new RealIssuer({
        ana: { name: "Ana Okafor", groups: ["finance"] },
        eve: { name: "Eve", groups: ["everyone"] },
      }).open(`${origin}/auth/callback`);
      const people = sessions({ engine, origin });
      const oidc = oidcSignIn({
        sessions: people,
        issuer: issuer.url,
        clientId: "holdpoint",
        clientSecret: "the client's own secret",
        secret: "at least 32 characters nobody can guess",
        mapping: { roles: { finance: ["reviewer"] } },
      });
      app = holdpoint(engine, { signIn: signIn({ sessions: people, oidc, failurePath: "/inbox/sign-in" }) });
      browser = await openBrowser();
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      node?.closeAllConnections();
      node?.close();
      await issuer?.close();
      await engine?.stop();
    });

    /** A browser of somebody's own, which reaches us and the issuer and nobody else. */
    async function open(path: string): Promise<Page> {
      const context = await browser.newContext();
      await context.route("**/*", (route) => {
        const { origin: to } = new URL(route.request().url());
        return to === origin || to === issuer.url ? route.continue() : route.abort();
      });
      const tab = await context.newPage();
      await tab.goto(`${origin}${path}`);
      return tab;
    }
    /** Types a name at the issuer, and agrees to what it asks. */
    async function signInAs(tab: Page, name: string): Promise<void> {
      expect(new URL(tab.url()).origin).toBe(issuer.url);
      await tab.locator('input[name="login"]').fill(name);
      await tab.locator('input[name="password"]').fill("any");
      await tab.locator('button[type="submit"]').click();
      await tab.getByRole("button", { name: "Continue" }).click();
    }
    const me = (tab: Page): Promise<number> =>
      tab.request.get(`${origin}/api/v1/me`).then((response) => response.status());

    test("a person comes to the hold they wanted through the provider, decides as who it says, and signs out for good", async () => {
      const hold = await (await engine.run(pay, undefined)).hold("pay");
      const path = `/inbox/${hold.id}?view=open`;
      const tab = await open(path);
      await signInAs(tab, "ana");
      await tab.getByText("Signed in as Ana Okafor").waitFor();
      expect(tab.url()).toBe(`${origin}${path}`);
      const kept = (await tab.context().cookies(origin)).filter(({ name }) => name === "holdpoint");
      expect(kept).toMatchObject([{ httpOnly: true, sameSite: "Lax", path: "/" }]);
      await tab.getByRole("button", { name: "Approve" }).click();
      await tab.getByText("Recorded: approved by you").waitFor();
      expect((await engine.hold(hold.id)).decidedBy).toBe("ana");
      expect(await me(tab)).toBe(200);

      await tab.getByRole("button", { name: "Sign out" }).click();
      await tab.getByText("You are signed out").waitFor();
      expect((await tab.context().cookies(origin)).filter(({ name }) => name === "holdpoint")).toEqual([]);
      expect(await me(tab)).toBe(401);
      // The cookie as somebody may have copied it.
      await tab.context().addCookies(kept);
      expect(await me(tab)).toBe(401);
      await tab.context().close();
    });

    test("whom the provider knows and no group lets in stays outside, and is told so", async () => {
      const tab = await open("/inbox");
      await signInAs(tab, "eve");
      await tab.getByText("none of your groups may do anything here").waitFor();
      expect(await tab.getByRole("link", { name: "organisation's account" }).count()).toBe(1);
      expect(await me(tab)).toBe(401);
      await tab.context().close();
    });
  },
);
