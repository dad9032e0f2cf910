// Pictures of the screens, at three widths in both themes, into out/: `npm run screenshots -w packages/console [NAME]`.
import { join } from "node:path";
import { openBrowser, openTab } from "./rig/browser.ts";
import { keepScreenshots } from "./rig/checks.ts";
import { type Office, openOffice } from "./rig/office.ts";

/** Each picture: the path of its screen, and what must be there before it is taken. */
const pictures: Readonly<Record<string, { path: (office: Office) => string; ready?: string }>> = {
  inbox: { path: () => "/inbox" },
  runs: { path: () => "/runs" },
  workflows: { path: () => "/workflows" },
  builder: { path: () => "/builder" },
  schedules: { path: () => "/schedules" },
  annotations: { path: () => "/annotations" },
  metrics: { path: () => "/metrics" },
  settings: { path: () => "/settings" },
};

const folder = join(import.meta.dirname, "../../../out/screenshots");
const [wanted] = process.argv.slice(2);
const [office, browser] = await Promise.all([openOffice(), openBrowser()]);
await office.seed();
for (const [name, { path, ready = "h1" }] of Object.entries(pictures)) {
  if (wanted !== undefined && !name.startsWith(wanted)) continue;
  const { page, close } = await openTab(browser, `${office.url}${path(office)}`);
  await keepScreenshots(page, folder, name, () => page.locator(ready).first().waitFor({ state: "attached" }));
  await close();
  console.log(`out/screenshots/${name}-*.png`);
}
await browser.close();
await office.stop();
