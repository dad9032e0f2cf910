// How long people wait, measured in Chromium against a real server on SQLite: `npm run bench -w packages/console [HOLDS]`.
import { openBrowser, openTab } from "./rig/browser.ts";
import { type Seen, timeToText, watchMainThread } from "./rig/measure.ts";
import { openOffice } from "./rig/office.ts";

const wanted = Number(process.argv[2] ?? 10_000);
const rounds = 5;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const line = (what: string, values: readonly number[], bound: number): void =>
  console.log(
    `${what}: ${median(values).toFixed(0)} ms (bound ${bound}; ${values.map((one) => one.toFixed(0)).join(", ")})`,
  );

const [office, browser] = await Promise.all([openOffice(), openBrowser()]);
for (let from = 0; from < wanted; from += 500)
  await Promise.all(
    Array.from({ length: Math.min(500, wanted - from) }, (_, n) =>
      office.engine.run(
        "refund",
        { order: `A-${from + n}`, amount: 60 + (n % 200), customer: "Ana Okafor" },
        { by: "rita" },
      ),
    ),
  );
await office.engine.runUntilIdle();
console.log(`${wanted} holds are open`);

const opened: number[] = [];
const decided: Seen[] = [];
const busy: number[] = [];
for (let round = 0; round < rounds; round++) {
  const { page, close } = await openTab(browser, `${office.url}/icon.svg`);
  const began = performance.now();
  await page.goto(`${office.url}/inbox`);
  await page.locator("[data-hold]").first().waitFor();
  opened.push(performance.now() - began);
  await page.locator("[data-hold]").first().click();
  const reject = page.getByRole("form", { name: "Your decision" }).getByRole("button", { name: "Reject" });
  await reject.waitFor();
  // Somebody reads before they decide: what the page still fetches then is there by that time.
  await page.waitForTimeout(1000);
  const work = await watchMainThread(page);
  decided.push(await timeToText(page, "Rejected:", "/decision", () => reject.click()));
  busy.push((await work()).tasks);
  await close();
}
line(`inbox interactive with ${wanted} open holds`, opened, 1500);
line(
  "decision to visible result",
  decided.map(({ whole }) => whole),
  200,
);
for (const part of ["before", "request", "after"] as const)
  console.log(`  ${part}: ${median(decided.map((one) => one[part])).toFixed(0)} ms`);
console.log(`  main thread busy: ${median(busy).toFixed(0)} ms`);
await browser.close();
await office.stop();
