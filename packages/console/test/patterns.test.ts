import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { patternModels, patterns, writer } from "./rig/patterns.ts";
import { hostile } from "./rig/workflows.ts";

describe.skipIf(missing !== null)(`patterns in a browser${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([
      openOffice(undefined, { workflows: patterns, services: [patternModels] }),
      openBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });
  const promptOf = (call: number): unknown => writer.requests[call]?.messages.at(-1)?.content;
  const steps = (page: Page) => page.getByRole("list", { name: "Steps" }).getByRole("listitem");

  test("a pattern runs step by step in the console with a prompt and numbers of its own, each call when somebody lets it", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/patterns`);
    const list = page.getByRole("navigation", { name: "Patterns of this server" }).getByRole("link");
    await expect.poll(() => list.allInnerTexts()).toEqual(["second-look\nreflection", "total\nself-consistency"]);
    await page.getByText("For texts that get better by a second look.").waitFor();
    await page.locator(".react-flow__node").first().waitFor();
    await page.getByText("Numbers", { exact: true }).click();
    await page.getByText("Prompts", { exact: true }).click();
    const critique = page.getByLabel(/^Critique/);
    expect(await critique.inputValue()).toContain("You are its critic, not its author.");
    await critique.fill(`Judge ${hostile} {draft}`);
    const rounds = page.getByLabel(/^Rounds/);
    expect(await rounds.inputValue()).toBe("3");
    await rounds.fill("4");
    await page.getByRole("button", { name: "Run it step by step" }).click();
    await page.getByText("Must be 3 or less.").waitFor();
    await page.getByText("Fill this in.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    await rounds.fill("1");
    await page.getByLabel("Task").fill(hostile);
    await page.getByRole("button", { name: "Run it step by step" }).click();

    await page.getByRole("button", { name: "Next step: draft" }).waitFor();
    expect(writer.requests).toEqual([]);
    await page.getByRole("button", { name: "Next step: draft" }).click();
    await page.getByRole("button", { name: "Next step: critique" }).waitFor();
    await expect.poll(() => steps(page).count()).toBe(1);
    expect(await steps(page).first().innerText()).toContain(hostile);
    expect(writer.requests.length).toBe(1);
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole("button", { name: "Next step: critique" }).click();
    await page.getByRole("heading", { name: "What came of it" }).waitFor();
    await page.getByText("not-approved").first().waitFor();
    const node = page.locator(".react-flow__node");
    await expect
      .poll(async () => (await node.allInnerTexts()).filter((text) => text.includes("Not reached")))
      .toEqual([]);
    expect(await node.filter({ hasText: "until approved" }).innerText()).toContain("Done · critique, revise");
    expect(await steps(page).filter({ hasText: "critique" }).innerText()).toContain("318 in, 41 out");
    expect([promptOf(0), promptOf(1)]).toEqual([hostile, `Judge ${hostile} ${hostile}`]);
    expect(writer.requests.length).toBe(2);
    expect(await axeFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    const [run] = (await office.engine.runs({ workflow: "second-look" })).items;
    expect(page.url()).toContain(`run=${run?.id}`);
    expect(trouble).toEqual([]);
    await close();
  });

  test("a pattern that asks a person says whom it waits for, and goes on when it is decided", async () => {
    const { page, trouble, close } = await openTab(browser, `${office.url}/patterns?pattern=total`);
    expect(await page.getByLabel("Command for a terminal").inputValue()).toContain(
      "init my-patterns --example patterns",
    );
    await page.getByLabel("Task").fill("What is 17 + 25?");
    await page.getByRole("button", { name: "Run it", exact: true }).click();
    const decide = page.getByRole("link", { name: "Decide" });
    await decide.waitFor();
    const [hold] = (await office.engine.holds({ workflow: "total" })).items;
    expect(await decide.getAttribute("href")).toContain(`/inbox/${hold?.id}`);
    expect(await steps(page).filter({ hasText: "sample" }).count()).toBe(3);
    await office.engine.decide(hold?.id ?? "", { approved: true }, { by: "ben" });
    await page.getByRole("heading", { name: "What came of it" }).waitFor();
    await page.getByText("ben", { exact: true }).first().waitFor();
    expect(trouble).toEqual([]);
    await close();

    const viewer = await openTab(browser, `${office.url}/patterns?pattern=total`, { who: "vic.viewer" });
    await viewer.page.getByText("not start them (runs:start)").waitFor();
    expect(await viewer.page.getByRole("button", { name: /^Run it/ }).count()).toBe(0);
    await viewer.close();
  });
});
