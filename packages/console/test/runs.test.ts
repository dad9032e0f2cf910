import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, openBrowser, openTab } from "./rig/browser.ts";
import { layCable } from "./rig/cable.ts";
import { axeFindings, overflowOf } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { agentModels, Gates, runWorkflows, seedRuns, today } from "./rig/run-workflows.ts";
import { hostile } from "./rig/workflows.ts";

describe.skipIf(missing !== null)(`runs in a browser${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  const gates = new Gates();
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([
      openOffice(() => ({ traceUrl: "https://tracing.example.com/trace/{traceId}" }), {
        workflows: runWorkflows(gates),
        services: [agentModels],
        // Nothing stays in memory: each run is replayed by today's code when it goes on.
        residence: { count: 0 },
      }),
      openBrowser(),
    ]);
    await seedRuns(office);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  const open = (path: string) => openTab(browser, `${office.url}${path}`);
  const row = (page: Page, name: string) => page.getByRole("treeitem").filter({ hasText: name }).first();

  test("a run is watched live: each step appears as it happens, also after the connection was cut, and a decision made elsewhere", async () => {
    const run = await office.engine.run(
      "onboarding",
      { customer: "Initech", wait: true },
      { id: "live-1", by: "rita" },
    );
    const cable = await layCable(`${office.url}/runs/live-1`);
    const { page, trouble, close } = await openTab(browser, cable.url);
    await row(page, "import contacts").waitFor();
    await row(page, "welcome").waitFor();
    expect(await row(page, "call the warehouse").count()).toBe(0);
    cable.cut();
    await page.getByText("Connection lost").waitFor();
    gates.at("Initech").resolve();
    const hold = await run.hold("welcome offer");
    cable.mend();
    await row(page, "call the warehouse").waitFor();
    await row(page, "welcome offer").waitFor();
    await page.getByText("Waiting on finance for").waitFor();
    await page.getByRole("link", { name: "Decide" }).waitFor();
    // A link that looks like a button is none of text.
    const decide = '[...document.links].find((link) => link.textContent.trim() === "Decide")';
    expect(await page.evaluate(`getComputedStyle(${decide}).textDecorationLine`)).toBe("none");
    await office.engine.decide(hold, { approved: true }, { by: "ben" });
    await row(page, "write contract").waitFor();
    await page.getByText("Completed", { exact: true }).waitFor();
    // Nothing came twice.
    expect(await page.getByRole("treeitem").filter({ hasText: "import contacts" }).count()).toBe(1);
    expect(trouble).toEqual([]);
    await close();
    await cable.close();
  });

  test("the timeline is gone through with the keyboard, with the details beside it; attempts, errors and children are there", async () => {
    const { page, trouble, close } = await open("/runs/onboarding-acme");
    await row(page, "create account").click();
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByText('"plan": "team"').waitFor();
    await page.keyboard.press("]");
    await details.getByText("the mail server answered 503").first().waitFor();
    await page.keyboard.press("[");
    await details.getByRole("heading", { name: "create account" }).waitFor();
    const tree = page.getByRole("tree", { name: "Timeline" });
    const before = await page.getByRole("treeitem").count();
    await tree.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft"]) await tree.press(key);
    await page.getByRole("treeitem", { expanded: false }).waitFor();
    expect(await page.getByRole("treeitem").count()).toBeLessThan(before);
    await tree.press("ArrowRight");
    await row(page, "bill").first().waitFor();
    await page.keyboard.press("z");
    await page.getByRole("button", { name: "Whole run" }).click();
    await page.keyboard.press("g");
    await page.locator(".react-flow__node").filter({ hasText: "render" }).filter({ hasText: "×3" }).waitFor();
    await page.keyboard.press("t");
    await row(page, "create account").waitFor();
    await page.keyboard.press("Escape");
    await details.waitFor({ state: "detached" });
    expect(trouble).toEqual([]);
    await close();
  });

  test("a flow is drawn from its definition with where each node stands, also as a list", async () => {
    const { page, trouble, close } = await open("/runs/contract-northwind?tab=graph");
    const node = (name: string) => page.locator(".react-flow__node").filter({ hasText: name });
    await node("sign-off").filter({ hasText: "Waiting for a person" }).first().waitFor();
    await node("archive").filter({ hasText: "Not reached" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "As a list" }).click();
    await page
      .getByRole("list", { name: "Nodes of the run" })
      .getByRole("button", { name: /Done score/ })
      .click();
    await page.getByRole("complementary", { name: "Details" }).getByText('"risk": 0.8').waitFor();
    expect(trouble).toEqual([]);
    await close();
  });

  test("every view of a run: record, state, values, decisions and what agents said and cost", async () => {
    const { page, trouble, close } = await open("/runs/support-a7?tab=agents");
    await page.getByText("hands over to").waitFor();
    await page.getByRole("row", { name: /billing 2 calls/ }).waitFor();
    await page.getByText('{"paid":120}').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const views = [
      ["Events", "step.settled"],
      ["State", "aiCalls"],
      ["Input and output", "Where is order A-7?"],
      ["Trace", "run support"],
      ["Decisions", "Nobody was asked anything in this run."],
    ] as const;
    for (const [tab, text] of views) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByText(text).first().waitFor();
      expect(await axeFindings(page), tab).toEqual([]);
    }
    await page.goto(`${office.url}/runs/onboarding-acme?tab=trace`);
    const attempts = page.getByRole("row").filter({ hasText: "step import contacts" });
    await attempts.nth(2).waitFor();
    expect(await attempts.allInnerTexts()).toEqual(
      [/\b1\b.*Failed$/s, /\b2\b.*Failed$/s, /\b3\b.*Done$/s].map((text) => expect.stringMatching(text)),
    );
    const traceId = await page.getByRole("region", { name: "Trace" }).locator("code").innerText();
    expect(await page.getByRole("link", { name: "Open in the tracing system" }).getAttribute("href")).toBe(
      `https://tracing.example.com/trace/${traceId}`,
    );
    await page.goto(`${office.url}/runs/onboarding-acme?tab=decisions`);
    await page.getByText("They asked nicely.").waitFor();
    expect(trouble).toEqual([]);
    await close();
  });

  test("a run is forked from a step, and people are asked again", async () => {
    const { page, trouble, close } = await open("/runs/onboarding-acme?at=step%3Awrite%20contract%231");
    await page.getByRole("button", { name: "Fork from here" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: /Re-ask/ }).check();
    await dialog.getByLabel("Id of the new run").fill("acme-again");
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Fork the run" }).click();
    await page.waitForURL("**/runs/acme-again");
    await page.getByText("Waiting on finance for").waitFor();
    await page.getByRole("link", { name: "onboarding-acme" }).waitFor();
    const reused = await (await office.engine.get("onboarding-acme")).fork({
      from: "step:write contract#1",
      decisions: "reuse",
    });
    expect(await reused.result()).toEqual({ customer: "Acme", approved: true });
    expect(trouble).toEqual([]);
    await close();
  });

  test("a run is paused, resumed and cancelled with a reason; a failed one is retried where it failed", async () => {
    const { page, trouble, close } = await open("/runs/onboarding-globex");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused by ana.").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Waiting on finance for").waitFor();
    await page.getByRole("button", { name: "Nudge" }).click();
    await page.getByRole("button", { name: "Leave the reminder" }).click();
    await page.getByText("The reminder stands with the hold.").waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByLabel("Reason").fill("the customer left");
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("cancelled: the customer left").waitFor();
    await page.goto(`${office.url}/runs/ship-17`);
    await page.getByText("no carrier today").first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    today.outage = false;
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Completed", { exact: true }).waitFor();
    expect(await (await office.engine.get("ship-17")).result()).toBe("shipped");
    expect(trouble).toEqual([]);
    await close();
  });

  test("a diverged run says what is recorded, what the code asks for and the ways out; a fork follows today's code", async () => {
    const run = await office.engine.run("relabel", null, { id: "relabel-17" });
    const hold = await run.hold("check");
    today.step = "classify";
    await office.engine.decide(hold, { approved: true }, { by: "ben" });
    const { page, trouble, close } = await open("/runs/relabel-17");
    const explained = page.getByRole("region", { name: "The code and the record disagree" });
    await explained.getByText("step:label#1", { exact: true }).waitFor();
    await explained.getByText("step:classify#1").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await explained.getByRole("button", { name: "Fork from there" }).click();
    await page.getByRole("button", { name: "Fork the run" }).click();
    await page.waitForURL((url) => !url.pathname.endsWith("relabel-17"));
    await row(page, "classify").waitFor();
    today.step = "label";
    expect(trouble).toEqual([]);
    await close();
  });

  test("whatever is written into a run is text in every view of it", async () => {
    await office.engine.run("nasty-run", hostile, { id: "nasty-1", by: hostile, thread: hostile });
    await (await office.engine.get("nasty-1")).hold(hostile);
    const { page, trouble, close } = await open("/runs/nasty-1");
    await row(page, hostile).click();
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    for (const tab of ["Graph", "Events", "State", "Input and output", "Decisions", "Agents"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByText("<img src=x").first().waitFor();
    }
    await page.goto(`${office.url}/runs?columns=by.thread.attributes.outcome`);
    await page.getByText("<img src=x").first().waitFor();
    expect(await page.locator("img, [onerror], [onfocus]").count()).toBe(0);
    expect(trouble).toEqual([]);
    await close();
  });

  test("the list has pills and filters in its address, waits for people against machine time, and new runs wait to be shown", async () => {
    const { page, trouble, close } = await open("/runs");
    await page.getByRole("row", { name: /Select onboarding-acme onboarding/ }).waitFor();
    await page
      .getByRole("img", { name: /waiting for people/ })
      .first()
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const before = await page.getByRole("row").count();
    await office.engine.run("bill", "Umbrella", { id: "bill-new", by: "rita" });
    await page.getByRole("button", { name: /new run/ }).waitFor();
    expect(await page.getByRole("row").count()).toBe(before);
    await page.getByRole("button", { name: /new run/ }).click();
    await page.getByRole("row", { name: /bill-new/ }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("combobox", { name: "Workflow" }).selectOption("contract");
    await page.getByText("No run fits").waitFor();
    expect(new URL(page.url()).search).toContain("show=done");
    await page.getByRole("button", { name: "Clear filters" }).last().click();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitem", { name: "Queue" }).click();
    await page.getByRole("columnheader", { name: "Queue" }).waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    expect(trouble).toEqual([]);
    await close();
  });

  test("several runs are cancelled and run again together, and what was refused is said", async () => {
    for (const customer of ["Hooli", "Stark", "Wayne"]) {
      const run = await office.engine.run("onboarding", { customer }, { id: `many-${customer}`, by: "rita" });
      if (customer !== "Wayne") await run.hold("welcome offer");
      else await office.engine.decide(await run.hold("welcome offer"), { approved: false }, { by: "ben" });
    }
    await (await office.engine.get("many-Wayne")).result();
    const stark = await office.engine.get("many-Stark");
    const { page, trouble, close } = await open("/runs?id=many-&show=person");
    const listed = (id: string) => page.locator("tbody tr").filter({ hasText: id });
    await page.getByRole("checkbox", { name: "Select all that are shown" }).check();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("heading", { name: "Cancel 2 runs?" }).waitFor();
    // What was selected stays so, whatever leaves the list behind the question.
    await office.engine.decide(await stark.hold("welcome offer"), { approved: false }, { by: "ben" });
    await stark.result();
    await listed("many-Stark").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Cancel 2 runs", exact: true }).click();
    await page.getByText("Done to 1 run.").waitFor();
    await page.getByRole("listitem").filter({ hasText: "many-Stark" }).waitFor();
    await expect.poll(async () => (await office.engine.get("many-Hooli")).status()).toBe("cancelled");
    await listed("many-Hooli").waitFor({ state: "detached" });
    await page.getByText("Done to 1 run.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await page.goto(`${office.url}/runs?id=many-`);
    await page.getByRole("checkbox", { name: "Select many-Hooli", exact: true }).check();
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByRole("button", { name: "Run 1 run again" }).click();
    await page.getByText("Done to 1 run.").waitFor();
    expect(trouble).toEqual([]);
    await close();
  });
});
