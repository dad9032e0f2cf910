// Pictures of the screens, at three widths in both themes, into out/: `npm run screenshots -w packages/console [NAME]`.
import { join } from "node:path";
import type { Hold } from "@holdpoint/core";
import { openBrowser, openTab } from "./rig/browser.ts";
import { keepScreenshots } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";

/** Each picture: the path of its screen, and what must be there before it is taken. */
const pictures: Readonly<Record<string, { path: (office: Office, holds: readonly Hold[]) => string; ready?: string }>> =
  {
    inbox: { path: () => "/inbox", ready: "[data-hold]" },
    "inbox-hold": { path: (_office, holds) => `/inbox/${find(holds, "410")}`, ready: "article form" },
    "inbox-form": { path: (_office, holds) => `/inbox/${find(holds, "invoice")}`, ready: "article form" },
    "inbox-critical": { path: (_office, holds) => `/inbox/${find(holds, "archive")}`, ready: "article form" },
    "inbox-alike": { path: (_office, holds) => `/inbox/${find(holds, "410")}/alike`, ready: "table" },
    runs: { path: () => "/runs" },
    workflows: { path: () => "/workflows" },
    builder: { path: () => "/builder" },
    schedules: { path: () => "/schedules" },
    annotations: { path: () => "/annotations" },
    metrics: { path: () => "/metrics" },
    settings: { path: () => "/settings" },
  };

const find = (holds: readonly Hold[], words: string): string =>
  holds.find(({ title }) => title.includes(words))?.id ?? "";
const folder = join(import.meta.dirname, "../../../out/screenshots");
const [wanted] = process.argv.slice(2);
const [office, browser] = await Promise.all([openOffice(), openBrowser()]);
const holds = await office.seed();
for (const [name, { path, ready = "h1" }] of Object.entries(pictures)) {
  if (wanted !== undefined && !name.startsWith(wanted)) continue;
  const { page, close } = await openTab(browser, `${office.url}${path(office, holds)}`);
  await keepScreenshots(page, folder, name, () => page.locator(ready).first().waitFor({ state: "attached" }));
  await close();
  console.log(`out/screenshots/${name}-*.png`);
}
await browser.close();
await office.stop();
