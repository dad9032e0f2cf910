// Pictures of the screens, at three widths in both themes, into out/: `npm run screenshots -w packages/console [NAME]`.
import { join } from "node:path";
import type { Hold } from "@holdpoint/core";
import { pipelineLibrary } from "@holdpoint/flow";
import type { Page } from "playwright-core";
import { openBrowser, openTab } from "./rig/browser.ts";
import { keepScreenshots } from "./rig/checks.ts";
import { mailLabels, seedLabels } from "./rig/labels.ts";
import { type Office, openOffice } from "./rig/office.ts";
import { patterns } from "./rig/patterns.ts";
import { peopleOutbox, seedPeople } from "./rig/people.ts";
import { desk, deskSteps } from "./rig/pipelines.ts";
import { agentModels, Gates, runWorkflows, seedRuns } from "./rig/run-workflows.ts";

/** Each picture: the path of its screen, and what must be there before it is taken. */
const pictures: Readonly<
  Record<
    string,
    {
      path: (office: Office, holds: readonly Hold[]) => string;
      ready?: string;

      act?: (page: Page) => Promise<void>;
    }
  >
> = {
  inbox: { path: () => "/inbox", ready: "[data-hold]" },
  "inbox-hold": { path: (_office, holds) => `/inbox/${find(holds, "410")}`, ready: "article form" },
  "inbox-form": { path: (_office, holds) => `/inbox/${find(holds, "invoice")}`, ready: "article form" },
  "inbox-critical": { path: (_office, holds) => `/inbox/${find(holds, "archive")}`, ready: "article form" },
  "inbox-alike": { path: (_office, holds) => `/inbox/${find(holds, "410")}/alike`, ready: "table" },
  runs: { path: () => "/runs", ready: "tbody tr" },
  run: { path: () => "/runs/onboarding-acme?at=step%3Aimport%20contacts%231", ready: "[role=treeitem]" },
  "run-waiting": { path: () => "/runs/onboarding-globex", ready: "[role=treeitem]" },
  "run-graph": { path: () => "/runs/contract-northwind?tab=graph", ready: ".react-flow__node" },
  "run-code": { path: () => "/runs/onboarding-acme?tab=graph", ready: ".react-flow__node" },
  "run-events": { path: () => "/runs/onboarding-acme?tab=events", ready: "ul li" },
  "run-state": { path: () => "/runs/onboarding-globex?tab=state", ready: "h2" },
  "run-agents": { path: () => "/runs/support-a7?tab=agents", ready: "table" },
  "run-decisions": { path: () => "/runs/onboarding-acme?tab=decisions", ready: "ol li" },
  "run-failed": { path: () => "/runs/ship-17", ready: "[role=treeitem]" },
  workflows: { path: () => "/workflows", ready: "table" },
  "workflow-desk": { path: () => "/workflows/refund-desk", ready: ".react-flow__node" },
  patterns: { path: () => "/patterns", ready: ".react-flow__node" },
  "patterns-run": {
    path: () => "/patterns?pattern=total",
    act: async (page) => {
      await page.getByLabel("Task").fill("What is 17 + 25?");
      await page.getByRole("button", { name: "Run it", exact: true }).click();
      await page.getByRole("link", { name: "Decide" }).waitFor();
    },
    ready: ".react-flow__node",
  },
  builder: { path: () => "/builder", ready: "section button" },
  "builder-canvas": { path: () => "/builder?pipeline=refund-desk", ready: ".react-flow__node" },
  "builder-dry-run": {
    path: () => "/builder?pipeline=refund-desk&side=dry-run",
    ready: ".react-flow__node",
    act: async (page) => {
      await page.getByLabel("Order", { exact: true }).fill("A-17");
      await page.getByRole("button", { name: "Load order" }).first().click();
      await page.getByLabel("Sample").fill('{ "amount": 120 }');
      await page.getByRole("button", { name: "Whole pipeline" }).click();
      await page.getByRole("button", { name: "Start the dry run" }).click();
      await page.getByText("Somebody is asked").waitFor();
    },
  },
  "builder-json": { path: () => "/builder?pipeline=refund-desk&tab=json", ready: ".cm-editor" },
  schedules: { path: () => "/schedules" },
  annotations: { path: () => "/annotations", ready: "tbody tr" },
  "annotations-item": { path: () => "/annotations?queue=mail-labels", ready: "article" },
  "annotations-quality": { path: () => "/annotations?queue=mail-labels&tab=quality", ready: "dl" },
  "annotations-done": { path: () => "/annotations?queue=mail-labels&tab=done", ready: "tbody tr" },
  metrics: { path: () => "/metrics" },
  settings: { path: () => "/settings" },
  "settings-groups": { path: () => "/settings?tab=groups", ready: "table" },
  "settings-channels": { path: () => "/settings?tab=channels", ready: "table" },
  "settings-retention": { path: () => "/settings?tab=retention", ready: "dl" },
};

const find = (holds: readonly Hold[], words: string): string =>
  holds.find(({ title }) => title.includes(words))?.id ?? "";
const folder = join(import.meta.dirname, "../../../out/screenshots");
const [wanted] = process.argv.slice(2);
const gates = new Gates();
const [office, browser] = await Promise.all([
  openOffice(
    async (engine) => {
      const pipelines = pipelineLibrary(engine, { steps: deskSteps });
      await pipelines.put(desk, { by: "ana" });
      peopleOutbox.attach(engine);
      return { pipelines, annotations: [mailLabels], outbox: peopleOutbox };
    },
    {
      workflows: [...runWorkflows(gates, { pace: 40 }), mailLabels.workflow, ...peopleOutbox.workflows, ...patterns],
      services: [agentModels],
    },
  ),
  openBrowser(),
]);
const holds = await office.seed();
await seedRuns(office);
await seedLabels(office.engine);
await seedPeople(office.engine);
for (const [name, { path, ready = "h1", act }] of Object.entries(pictures)) {
  if (wanted !== undefined && !name.startsWith(wanted)) continue;
  const { page, close } = await openTab(browser, `${office.url}${path(office, holds)}`);
  await act?.(page);
  await keepScreenshots(page, folder, name, async () => {
    await page.locator(ready).first().waitFor({ state: "attached" });
  });
  await close();
  console.log(`out/screenshots/${name}-*.png`);
}
await browser.close();
await office.stop();
