import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { consoleDirectory } from "@holdpoint/console";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";

test("what every screen needs is at most 250 kB of JavaScript and CSS, gzipped", () => {
  const chunks = JSON.parse(readFileSync(join(consoleDirectory, "manifest.json"), "utf8")) as Record<
    string,
    { file: string; css?: string[]; imports?: string[]; isEntry?: boolean }
  >;
  const files = new Set<string>();
  const take = (name: string): void => {
    const chunk = chunks[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const needed of chunk.imports ?? []) take(needed);
  };
  for (const [name, { isEntry }] of Object.entries(chunks)) if (isEntry) take(name);
  take("src/screens/inbox/screen.tsx");
  const bytes = [...files].map((file) => gzipSync(readFileSync(join(consoleDirectory, file))).length);
  expect(files.size).toBeGreaterThan(1);
  expect(bytes.reduce((sum, one) => sum + one, 0) / 1000).toBeLessThan(250);
});

describe.skipIf(missing !== null)(`the console in a browser${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([openOffice(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  test("the server's root leads to what needs you; every screen has a name and nothing is refused or thrown", async () => {
    const { page, trouble, close } = await openTab(browser, office.server.url.replace("127.0.0.1", "localhost"));
    const screens = [
      "Needs you",
      "Runs",
      "Workflows",
      "Patterns",
      "Builder",
      "Schedules",
      "Annotation",
      "Metrics",
      "Settings",
    ];
    for (const name of screens) {
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
      await page.getByRole("heading", { level: 1, name }).waitFor({ state: "attached" });
      expect(await axeFindings(page), name).toEqual([]);
    }
    expect(trouble).toEqual([]);
    await close();
  });

  test("somebody new starts a run from the empty inbox and decides what it asks", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/inbox`);
    await page.getByRole("heading", { name: "Nothing needs you" }).waitFor();
    await page.getByRole("button", { name: "Start contract-review" }).click();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Start contract-review" }).click();
    await page.getByRole("link", { name: "Decide" }).click();
    const panel = page.getByRole("form", { name: "Your decision" });
    await panel.getByLabel("as it is").check();
    await panel.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Approved: Sign the supply contract").first().waitFor();
    expect((await office.engine.holds({ status: ["decided"] })).items).toMatchObject([{ decidedBy: "ana" }]);
    expect(trouble).toEqual([]);
    await close();
  });
});
