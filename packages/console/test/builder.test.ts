import type { Engine } from "@holdpoint/core";
import { type PipelineLibrary, pipelineLibrary } from "@holdpoint/flow";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { deskSteps } from "./rig/pipelines.ts";
import { hostile } from "./rig/workflows.ts";

let library: PipelineLibrary | null = null;
const libraryOf = (engine: Engine): PipelineLibrary => {
  library ??= pipelineLibrary(engine, { steps: deskSteps });
  return library;
};

describe.skipIf(missing !== null)(
  `workflows and the builder${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let office: Office;
    let browser: Browser;
    beforeAll(async () => {
      [office, browser] = await Promise.all([
        openOffice((engine) => ({ pipelines: libraryOf(engine) })),
        openBrowser(),
      ]);
    });
    afterAll(async () => {
      await browser?.close();
      await office?.stop();
    });
    test("a pipeline is built from nothing on the canvas, saved, run, held, decided and completed", async () => {
      const { page, trouble, close } = await openTab(browser, `${office.url}/builder`);
      await page.getByRole("button", { name: "Empty pipeline" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Canvas refund");
      await page.getByLabel("Find a step").fill("load");
      await page.getByRole("button", { name: "Review and approve" }).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "load order" }).click();
      await page.getByLabel("Find a step").fill("nothing like it");
      await page.getByText("No step here is called “nothing like it”.").waitFor();
      await page.getByLabel("Find a step").fill("");
      await page.getByRole("button", { name: "Review and approve" }).click();
      await page.getByLabel("Question").fill("Pay {{ load_order.amount }} back?");
      await page.getByRole("button", { name: "Whole pipeline" }).click();
      await page.getByRole("button", { name: "pay back" }).click();
      await wayFromDotToDot(page, "pay_back", "End");
      await page.getByRole("button", { name: "to pay_back" }).click();
      await page.getByLabel("When it is taken").selectOption("all");
      await page.getByLabel("What", { exact: true }).fill("review_and_approve.decision");
      await page.getByLabel("Compared with", { exact: true }).fill("approve");
      await page.getByText("Nothing is wrong").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await tryOut(page);
      expect((await office.engine.runs({ workflow: "canvas-refund" })).items).toEqual([]);
      await page.getByRole("button", { name: "Save as a pipeline" }).click();
      await page.getByRole("button", { name: "Save canvas-refund" }).click();
      await page.getByText("Version 1, as saved").waitFor();

      const { document } = await libraryOf(office.engine).get("canvas-refund");
      expect(document?.flow).toEqual({
        start_at: "load_order",
        paths: [
          { from: "load_order", to: "review_and_approve" },
          {
            from: "review_and_approve",
            to: "pay_back",
            condition: {
              type: "expression",
              config: { source: "review_and_approve.decision", operator: "equals", value: "approve" },
            },
          },
          { from: "pay_back", to: "end" },
        ],
      });

      await page.getByRole("button", { name: "Start a run" }).click();
      await page.getByLabel("Id (optional)").fill("from-the-canvas");
      await page.getByRole("button", { name: "Start canvas-refund" }).click();
      await page.waitForURL(/runs\/from-the-canvas/);
      const run = await office.engine.get("from-the-canvas");
      const hold = await run.hold("review_and_approve");
      expect(hold.title).toBe("Pay 120 back?");
      await page.goto(`${office.url}/workflows/canvas-refund?tab=runs`);
      await page.getByRole("link", { name: "from-the-canvas" }).waitFor();
      await office.engine.decide(hold.id, { decision: "approve" }, { by: "ana" });
      expect(await run.result()).toMatchObject({ paid: true });
      expect(trouble).toEqual([]);
      await close();
    });

    test("one selection and one text: outline, canvas, JSON and fields follow each other; undo takes back", async () => {
      const { page, trouble, close } = await openTab(browser, `${office.url}/builder`);
      await page.getByRole("button", { name: "Feedback Loop" }).click();
      const outline = page.getByRole("list", { name: "Steps and ways" });
      await page.locator(".react-flow__node", { hasText: "Critic" }).click();
      await outline.locator("[aria-current]", { hasText: "Critic" }).waitFor();
      expect(await page.getByLabel("Id", { exact: true }).inputValue()).toBe("critic");
      await page.getByLabel("Id", { exact: true }).fill("judge");
      await page.keyboard.press("Enter");
      await page.getByRole("tab", { name: "JSON" }).click();
      const editor = page.getByRole("textbox", { name: "The pipeline as JSON" });
      await editor.waitFor();
      await page.locator(".marked", { hasText: "judge" }).first().waitFor();
      await outline.getByRole("button", { name: /^to Coder/ }).click();
      await page.locator(".marked", { hasText: "visited_less_than" }).first().waitFor();
      expect(await axeFindings(page)).toEqual([]);
      // What cannot be read is said with its line, and nothing is lost of what is shown.
      await editor.press("Control+Home");
      await editor.press("Delete");
      await page.getByText("This is not JSON").waitFor();
      expect(await page.getByRole("button", { name: "Save as a pipeline" }).isDisabled()).toBe(true);
      await editor.press("Control+z");
      await page.getByText("This is not JSON").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Undo" }).click();
      await outline.getByRole("button", { name: "to Critic" }).click();
      await page.getByText("step_class").first().waitFor();
      // It is here again after a reload, saved or not.
      await page.reload();
      await page.getByText("Not saved yet, kept in this browser").waitFor();
      // A problem leads to its place: this server has no code for the templates' steps.
      await page
        .getByRole("region", { name: "Problems" })
        .getByRole("button", { name: /there is no step "Coder"/ })
        .click();
      await outline.locator("[aria-current]", { hasText: "Coder" }).waitFor();
      expect(trouble).toEqual([]);
      await close();
    });

    test("of two who save only one is taken, and the other sees the difference and loses nothing", async () => {
      const kept = libraryOf(office.engine);
      const one = (description: string) => ({
        name: "Shared",
        description,
        flow: { start_at: "a", paths: [] },
        steps: [{ id: "a", step_class: "load order" }],
        "x-unknown": { kept: [1, null] },
      });
      await kept.put(one("first"), { name: "shared" });
      const { page, trouble, close } = await openTab(browser, `${office.url}/builder?pipeline=shared`);
      await page.getByLabel("Description").fill("mine");
      await kept.put(one("theirs"), { name: "shared" });
      await page.getByRole("button", { name: "Save as version 2" }).click();
      await page.getByText("Somebody saved version 2 meanwhile").waitFor();
      await page.getByRole("dialog").getByText("theirs").waitFor();
      await page.getByRole("button", { name: "Save mine as version 3" }).click();
      await page.getByText("Version 3, as saved").waitFor();
      expect((await kept.get("shared")).document).toEqual(one("mine"));
      await page.getByRole("tab", { name: "Changes" }).click();
      await page.getByLabel("Compared with").selectOption("1");
      await page.getByText("first").waitFor();
      // Any two versions: what the other one changed is seen without mine.
      await page.getByLabel("What is compared").selectOption("2");
      await page.locator("ins", { hasText: "theirs" }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(trouble).toEqual([]);
      await close();
    });

    test("hostile text in every field of a pipeline is text, in builder and workflow", async () => {
      const field = { name: hostile, label: hostile, type: "radio", options: [hostile], description: hostile };
      const document = {
        name: hostile,
        description: hostile,
        version: hostile,
        [hostile]: hostile,
        parameters: { [hostile]: hostile },
        flow: {
          start_at: hostile,
          paths: [
            { from: hostile, to: "b", label: hostile },
            { from: "b", to: "end", condition: { type: hostile } },
          ],
        },
        steps: [
          {
            id: hostile,
            name: hostile,
            type: "human_input",
            config: { prompt: hostile, assigned_users: [hostile], ui_schema: { fields: [field] } },
          },
          { id: "b", name: hostile, step_class: hostile, config: { [hostile]: hostile } },
        ],
      };
      const { page, trouble, close } = await openTab(browser, `${office.url}/builder`);
      await page.getByLabel("Import a file").setInputFiles({
        name: "hostile.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify(document)),
      });
      const outline = page.getByRole("list", { name: "Steps and ways" });
      for (const n of [0, 1, 2, 3, 4]) await outline.getByRole("button").nth(n).click();
      await outline.getByRole("button").nth(1).click();
      await page.getByText("As people see it").waitFor();
      await page.getByRole("tab", { name: "JSON" }).click();
      await page.getByRole("textbox", { name: "The pipeline as JSON" }).waitFor();
      expect(await page.locator("main script, main img").count()).toBe(0);
      await page.goto(`${office.url}/workflows/${encodeURIComponent("nasty")}`);
      await page.getByText("This workflow is code").waitFor();
      expect(trouble).toEqual([]);
      await close();
    });

    test("workflows are listed with their figures and shown with graph, schemas and a form to start them; nothing is too wide on a phone", async () => {
      await office.ask("refund", { order: "A-1", amount: 80, customer: "Ana" });
      const { page, trouble, close } = await openTab(browser, `${office.url}/workflows`);
      await page.getByRole("link", { name: "refund", exact: true }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByLabel("Find a workflow").fill("shar");
      await page.getByRole("link", { name: "shared" }).click();
      await page.locator(".react-flow__node", { hasText: "a" }).first().waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.goto(`${office.url}/workflows/refund`);
      await page.getByRole("button", { name: "Start a run" }).click();
      await page.getByRole("button", { name: "Start refund" }).click();
      await page.getByText("Fill this in").first().waitFor();
      await page.keyboard.press("Escape");
      for (const path of ["/workflows", "/workflows/shared", "/builder", "/builder?pipeline=shared"]) {
        await page.setViewportSize({ width: 320, height: 640 });
        await page.goto(`${office.url}${path}`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        expect(await overflowOf(page), path).toBe(0);
      }
      expect(trouble).toEqual([]);
      await close();
    });
  },
);

/** Tries the pipeline on the canvas out: with a sample, an answer, an executed step, and a step that fails. */
async function tryOut(page: Page): Promise<void> {
  const panel = page.getByRole("region", { name: "Dry run" });
  const node = (title: string) => page.locator(".react-flow__node", { hasText: title }).first();
  await page.getByRole("button", { name: "Dry run", exact: true }).click();
  await panel.getByText("Tries the pipeline as it stands here").waitFor();
  await node("load_order").click();
  await panel.getByLabel("Sample").fill(JSON.stringify({ amount: 99, note: hostile }));
  await page.getByRole("button", { name: "Dry run", exact: true }).click();
  await panel.getByRole("button", { name: "Start the dry run" }).click();
  await panel.getByRole("heading", { name: "Pay 99 back?" }).waitFor();
  await node("load_order").getByText("done").waitFor();
  await node("review_and_approve").getByText("waits for an answer").waitFor();
  await node("pay_back").getByText("not reached").waitFor();
  // How people are told of it elsewhere, in the channels' words.
  await panel.getByText("How it looks elsewhere").click();
  await panel.getByText("Subject: Decision needed").waitFor();
  await panel.getByRole("tab", { name: "Slack" }).click();
  await panel.getByRole("tabpanel").getByText("Your decision is needed.").waitFor();
  await panel.getByRole("tabpanel").getByText("Pay 99 back?", { exact: true }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await panel.getByLabel("approve").check();
  await panel.getByRole("button", { name: "Answer and go on" }).click();
  await panel.getByText("Completed").waitFor();
  await node("pay_back").getByText("done").waitFor();
  await page.getByRole("button", { name: /^to pay_back.*taken/ }).waitFor();
  // What a step got and gave stands beside it; its code may be executed, and it may fail.
  await node("load_order").click();
  await panel.getByText('"amount": 99').last().waitFor();
  // Samples are still there after a reload; what they found is of the moment.
  await page.reload();
  await node("load_order").click();
  expect(await panel.getByLabel("Sample").inputValue()).toContain('"amount":99');
  await panel.getByLabel("In the dry run this step").selectOption("gives a sample");
  await panel.getByLabel("In the dry run this step").selectOption("does its work");
  await panel.getByText("mails are sent, money is moved").waitFor();
  await panel.getByRole("button", { name: "Start the dry run" }).click();
  await panel.getByRole("heading", { name: "Pay 120 back?" }).waitFor();
  await panel.getByText("executed", { exact: false }).first().waitFor();
  await panel.getByLabel("In the dry run this step").selectOption("fails");
  await panel.getByRole("button", { name: "Start again" }).click();
  await panel.getByRole("button", { name: "steps[0]" }).waitFor();
  await node("load_order").getByText("failed").waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await panel.getByRole("button", { name: "Clear the results" }).click();
  await page.getByRole("tab", { name: "Properties" }).click();
}

/** Draws a way from the lower dot of one node to the upper dot of another. */
async function wayFromDotToDot(page: Page, from: string, to: string): Promise<void> {
  const node = (title: string) => page.locator(".react-flow__node", { hasText: title }).last();
  await node(from).locator(".source").hover();
  await page.mouse.down();
  await node(to).locator(".target").hover();
  await page.mouse.up();
}
