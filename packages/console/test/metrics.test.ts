import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { hostile } from "./rig/workflows.ts";

/** What of a canvas is used here. */
interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d"): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array } };
}

describe.skipIf(missing !== null)(
  `figures and schedules in a browser${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let office: Office;
    let browser: Browser;
    beforeAll(async () => {
      [office, browser] = await Promise.all([openOffice(), openBrowser()]);
    });
    afterAll(async () => {
      await browser?.close();
      await office?.stop();
    });

    test("metrics show what finished and what waits, for a time and a workflow in the address, with tables beside the charts", async () => {
      const hold = await office.ask("refund", { order: "A-1", amount: 80, customer: hostile });
      await office.engine.decide(hold.id, { approved: true }, { by: "ben" });
      await (await office.engine.get(hold.runId)).result();
      await office.ask("deploy");
      const { page, trouble, close } = await openTab(browser, `${office.url}/metrics?workflow=refund`);
      await page.getByLabel("Workflow").and(page.getByRole("combobox")).selectOption("refund");
      const chart = page.getByRole("figure").filter({ has: page.getByText("completed", { exact: true }) });
      await chart.locator("canvas").waitFor();
      await expect.poll(() => page.locator("canvas").count()).toBe(4);
      /** How many bytes of the picture are not transparent black. */
      const painted = (): Promise<number> =>
        chart.locator("canvas").evaluate((canvas) => {
          const { width, height, getContext } = canvas as unknown as Canvas;
          return getContext.call(canvas, "2d").getImageData(0, 0, width, height).data.filter(Boolean).length;
        });
      await expect.poll(painted).toBeGreaterThan(0);
      const figure = (name: string) =>
        page.getByRole("term").filter({ hasText: name }).locator("xpath=following-sibling::dd").first();
      await expect.poll(() => figure("Finished runs").textContent()).toBe("1");
      await expect.poll(() => figure("Open holds").first().textContent()).toBe("1");
      await chart.getByText("As a table").click();
      const rows = chart.getByRole("row");
      await expect.poll(() => rows.count()).toBe(25);
      const cells = () => rows.locator("td:nth-child(2)").allTextContents();
      await expect.poll(async () => (await cells()).filter((cell) => cell !== "0")).toEqual(["1"]);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByLabel("Time", { exact: true }).selectOption({ label: "Last 7 days" });
      await page.waitForURL(/range=7d/);
      expect(page.url()).toContain("workflow=refund");
      await expect.poll(() => rows.count()).toBe(29);
      await page.getByLabel("Workflow").and(page.getByRole("combobox")).selectOption({ label: "All workflows" });
      await page.getByRole("region", { name: "By workflow" }).first().waitFor();
      expect(page.url()).not.toContain("workflow=");
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await overflowOf(page)).toBe(0);
      expect(trouble).toEqual([]);
      await close();

      const outsider = await openTab(browser, `${office.url}/metrics?range=toString`, { who: "vic.nobody" });
      await outsider.page.getByText("metrics:read").waitFor();
      await outsider.close();
    });

    test("which rules ask for nothing is shown, and other rules are tried on the past", async () => {
      const { page, trouble, close } = await openTab(browser, `${office.url}/metrics?workflow=refund`);
      const lessons = page.getByRole("region", { name: "What rules have taught" }).getByRole("row");
      expect(await lessons.filter({ hasText: "Amount above" }).first().innerText()).toMatch(/1\s+1\s+0\s+0\s+0\s?%/i);
      await page.getByRole("button", { name: "Try other rules on the past" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Hold", { exact: true }).fill("approve refund");
      await dialog.getByRole("button", { name: "Try them" }).click();
      await dialog.getByText("Say at least one rule to try.").waitFor();
      await dialog.getByLabel("Ask a person when").fill("amount >");
      await dialog.getByRole("button", { name: "Try them" }).click();
      await dialog.getByRole("alert").getByText(/CEL/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByLabel("Ask a person when").fill("amount > 100");
      await dialog.getByLabel("Groups that decide").fill("board");
      await dialog.getByRole("button", { name: "Try them" }).click();
      await page.getByText("Of 1 hold 0 would have ended the same, 1 otherwise.").waitFor();
      await page.getByText("it asked a person 1 times, and would have 0 times").waitFor();
      expect(await page.getByRole("dialog").getByRole("row").nth(1).innerText()).toContain("approved by ben");
      expect(await axeFindings(page)).toEqual([]);
      expect(trouble).toEqual([]);
      await close();
    });

    test("a schedule is added with its next times shown, paused, let go on, run at once, and unscheduled", async () => {
      const { page, trouble, close } = await openTab(browser, `${office.url}/schedules`);
      const dialog = page.getByRole("dialog");
      const choose = async (item: string): Promise<void> => {
        await page.getByRole("button", { name: "Actions for nightly" }).click();
        await page.getByRole("menuitem", { name: item }).click();
      };
      const add = async (): Promise<void> => {
        await page.getByRole("button", { name: "Add a schedule" }).click();
        await dialog.getByLabel("Name").fill("nightly");
        await dialog.getByLabel("Workflow").selectOption("deploy");
      };
      await page.getByText("Nothing is scheduled").waitFor();
      await add();
      await dialog.getByLabel("Cron expression").fill("61 9 * * *");
      await dialog.getByText(/61/).waitFor();
      await dialog.getByLabel("Cron expression").fill("30 3 * * *");
      await dialog.getByLabel("Time zone").selectOption("Europe/Berlin");
      const times = dialog.getByRole("list", { name: "The next five times" }).getByRole("listitem");
      await expect.poll(() => times.first().textContent()).toMatch(/0?3:30.*(CE|GMT)/);
      expect(await times.count()).toBe(5);
      await dialog.getByLabel("Input, as JSON").fill("[1]");
      await dialog.getByRole("button", { name: "Add a schedule" }).click();
      await dialog.getByText("The input is not a JSON object").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.setViewportSize({ width: 1440, height: 900 });
      await dialog.getByLabel("Input, as JSON").fill("");
      await dialog.getByRole("button", { name: "Add a schedule" }).click();
      await page.getByRole("cell", { name: "30 3 * * * (Europe/Berlin)" }).waitFor();
      expect((await office.engine.schedules.get("nightly")).when).toEqual({
        cron: "30 3 * * *",
        timeZone: "Europe/Berlin",
      });
      await add();
      await dialog.getByRole("button", { name: "Add a schedule" }).click();
      await dialog.getByText("There is a schedule of this name already").waitFor();
      await page.keyboard.press("Escape");

      await choose("Pause");
      await page.getByText("paused", { exact: true }).waitFor();
      expect((await office.engine.schedules.get("nightly")).paused).toBe(true);
      await choose("Let it go on");
      await page.getByText("active", { exact: true }).waitFor();
      await choose("Run now");
      await page
        .getByText(/^Started: /)
        .first()
        .waitFor();
      await choose("History");
      await page.waitForURL(/schedule=nightly/);
      await page.getByRole("cell", { name: "started" }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await overflowOf(page)).toBe(0);
      await choose("Unschedule…");
      await dialog.getByRole("button", { name: "Unschedule nightly" }).click();
      await page.getByText("Nothing is scheduled").waitFor();
      expect(page.url()).not.toContain("nightly");
      expect((await office.engine.schedules.list()).items).toEqual([]);
      expect(trouble).toEqual([]);
      await close();
    });
  },
);
