import { AnnotationQueue, annotation } from "@holdpoint/annotate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { hostile } from "./rig/workflows.ts";

const labelled = (name: string) =>
  annotation({
    name,
    form: z.object({ label: z.enum(["spam", "ham", "unsure"]), why: z.string().optional() }),
    label: ({ label }) => label,
    show: (mail: { subject: string; body: string }) => ({ title: "Is this mail spam?", context: mail }),
    annotators: { people: ["ana", "ben"], count: 2 },
    adjudicators: { people: ["zoe"] },
  });
const mails = labelled("mail-labels");
const notes = labelled("note-labels");

describe.skipIf(missing !== null)(`annotation queues${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let office: Office;
  let browser: Browser;
  const queue = () => new AnnotationQueue(office.engine, mails);
  beforeAll(async () => {
    [office, browser] = await Promise.all([
      openOffice(() => ({ annotations: [mails, notes] }), { workflows: [mails.workflow, notes.workflow] }),
      openBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  test("items are annotated by keyboard alone, a dispute is adjudicated, and quality and export tell of it", async () => {
    const { runId } = await queue().offer("m-1", { subject: "Free money", body: hostile }, { predicted: "spam" });
    await queue().offer("m-2", { subject: "Lunch?", body: "At noon." });
    const runs = await Promise.all(["m-1", "m-2"].map((id) => office.engine.get(`mail-labels:${id}`)));
    await Promise.all(runs.map((run) => run.hold("annotate")));

    const ana = await openTab(browser, `${office.url}/annotations`);
    await ana.page.getByRole("row", { name: /mail-labels 2 2 0 0/ }).waitFor();
    expect(await axeFindings(ana.page)).toEqual([]);
    await ana.page.getByRole("link", { name: "mail-labels" }).click();
    await ana.page.getByRole("heading", { name: "Is this mail spam?" }).waitFor();
    await ana.page.getByText("2 left for you").waitFor();
    expect(await axeFindings(ana.page)).toEqual([]);
    // A digit chooses, and answers nothing; what is missing is said.
    await ana.page.keyboard.press("ControlOrMeta+Enter");
    await ana.page.getByText("Fill this in").waitFor();
    await answer(ana.page, { "Free money": "1", "Lunch?": "2" });
    await ana.page.getByText("1 done just now").waitFor();
    await answer(ana.page, { "Free money": "1", "Lunch?": "2" });
    await ana.page.getByText("Nothing is left for you here").waitFor();
    // What she has said is shown to nobody before the other has answered.
    const held = await runs[0]?.hold("annotate");
    expect(held?.progress.votes[0]).toMatchObject({ by: "ana", value: null });

    const ben = await openTab(browser, `${office.url}/annotations?queue=mail-labels`, { who: "ben" });
    await ben.page.getByRole("heading", { name: "Is this mail spam?" }).waitFor();
    await answer(ben.page, { "Free money": "2", "Lunch?": "2" });
    await ben.page.getByText("1 done just now").waitFor();
    await answer(ben.page, { "Free money": "2", "Lunch?": "2" });
    await ben.page.getByText("Nothing is left for you here").waitFor();

    const zoe = await openTab(browser, `${office.url}/annotations?queue=mail-labels`, { who: "zoe" });
    await zoe.page.getByText("Annotators disagree", { exact: true }).waitFor();
    await zoe.page.getByText("What annotators said").waitFor();
    expect(await zoe.page.getByText("ana", { exact: true }).count()).toBe(0);
    expect(await axeFindings(zoe.page)).toEqual([]);
    const takeOver = zoe.page.getByRole("button", { name: /Take answer . over/ });
    await takeOver.first().click();
    const chosen = await zoe.page.locator("input[type=radio]:checked, select").first();
    await chosen.waitFor();
    await zoe.page.getByRole("button", { name: "Save and go on" }).click();
    await zoe.page.getByText("Nothing is left for you here").waitFor();
    await (await office.engine.get(runId ?? "")).result();

    await zoe.page.getByRole("tab", { name: "Quality" }).click();
    await zoe.page.getByText("1 of 2 (50 %)").first().waitFor();
    await zoe.page.getByText("Krippendorff’s alpha").waitFor();
    expect(await axeFindings(zoe.page)).toEqual([]);
    await zoe.page.getByRole("tab", { name: "Done" }).click();
    await zoe.page.getByRole("row", { name: /m-1 .* adjudicated/ }).waitFor();
    expect(await axeFindings(zoe.page)).toEqual([]);
    const downloading = zoe.page.waitForEvent("download");
    await zoe.page.getByRole("button", { name: "Export as JSON Lines" }).click();
    const file = await (await downloading).createReadStream();
    const lines = (await new Response(file as never).text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).id).sort()).toEqual(["m-1", "m-2"]);
    for (const { trouble, close } of [ana, ben, zoe]) {
      expect(trouble).toEqual([]);
      await close();
    }
  });

  test("what is skipped waits, an answer can be taken back, somebody who may not annotate is told, and a phone has room", async () => {
    await new AnnotationQueue(office.engine, notes).offer("m-3", { subject: "Third", body: "x" });
    await new AnnotationQueue(office.engine, notes).offer("m-4", { subject: "Fourth", body: "y" });
    for (const id of ["m-3", "m-4"]) await (await office.engine.get(`note-labels:${id}`)).hold("annotate");
    const { page, trouble, close } = await openTab(browser, `${office.url}/annotations?queue=note-labels`, {
      ...{ undo: 6, viewport: { width: 320, height: 640 } },
    });
    await page.getByText("2 left for you").waitFor();
    expect(await overflowOf(page)).toBe(0);
    const first = await page.getByText(/^(Third|Fourth)$/).innerText();
    await page.keyboard.press("s");
    await page.getByText(first === "Third" ? "Fourth" : "Third", { exact: true }).waitFor();
    await page.keyboard.press("1");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.getByText("Nothing is left for you here").waitFor();
    await page.keyboard.press("u");
    await page.getByText(first === "Third" ? "Fourth" : "Third", { exact: true }).waitFor();
    await page.keyboard.press("s");
    await page.getByRole("button", { name: "Show what I skipped" }).click();
    await page.getByText("2 left for you").waitFor();
    for (const path of ["?queue=note-labels&tab=quality", "?queue=note-labels&tab=done", ""]) {
      await page.goto(`${office.url}/annotations${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await overflowOf(page), path).toBe(0);
    }
    expect(trouble).toEqual([]);
    await close();
    const vic = await openTab(browser, `${office.url}/annotations?queue=note-labels`, { who: "vic.viewer" });
    await vic.page.getByText("but not annotate").waitFor();
    expect(vic.trouble).toEqual([]);
    await vic.close();
  });
});

/** Chooses by its key what belongs to the item that is shown, and saves it. */
async function answer(page: Page, keys: Readonly<Record<string, string>>): Promise<void> {
  const subject = await page.getByText(/^(Free money|Lunch\?)$/).innerText();
  await page.keyboard.press(keys[subject] ?? "3");
  await page.keyboard.press("ControlOrMeta+Enter");
}
