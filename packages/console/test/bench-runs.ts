// How fast the run view is, in a real Chromium against a real server: `npm run bench:runs -w packages/console`.
import { workflow } from "@holdpoint/core";
import { openBrowser, openTab } from "./rig/browser.ts";
import { openOffice } from "./rig/office.ts";

const many = workflow({ name: "many" }, async (ctx, input: unknown) => {
  for (let n = 0; n < Number(input); n++) await ctx.step(`part ${n % 40}`, () => ({ n, text: "as it was" }));
  return "done";
});

const [office, browser] = await Promise.all([openOffice(() => ({}), { workflows: [many] }), openBrowser()]);
for (const [id, steps] of Object.entries({ rows: 2000, entries: 20_000 }))
  await (await office.engine.run("many", steps, { id })).result({ timeout: 120_000 });

/** From asking for the page until rows of the run can be read, in ms; the browser has the files of the console by then. */
async function opening(run: string): Promise<number> {
  const { page, close } = await openTab(browser, `${office.url}/runs`);
  await page.getByRole("row").first().waitFor();
  const began = performance.now();
  await page.goto(`${office.url}/runs/${run}`);
  await page.getByRole("treeitem").first().waitFor();
  const ms = performance.now() - began;
  await close();
  return ms;
}

/** Frames a second while the timeline is scrolled from its beginning to its end. */
async function scrolling(run: string): Promise<number> {
  const { page, close } = await openTab(browser, `${office.url}/runs/${run}`);
  await page.getByRole("treeitem").first().waitFor();
  await page.waitForTimeout(1500);
  const fps = await page.getByRole("tree").evaluate(async (tree) => {
    const frames = 240;
    // The page's own; these tests are compiled without the browser's types.
    const nextFrame = (globalThis as unknown as { requestAnimationFrame(call: () => void): void })
      .requestAnimationFrame;
    const began = performance.now();
    for (let n = 1; n <= frames; n++) {
      tree.scrollTop = (n / frames) * (tree.scrollHeight - tree.clientHeight);
      await new Promise<void>((resolve) => nextFrame(resolve));
    }
    return (frames * 1000) / (performance.now() - began);
  });
  await close();
  return fps;
}

const times: number[] = [];
for (let n = 0; n < 5; n++) times.push(await opening("entries"));
const rates: number[] = [];
for (let n = 0; n < 3; n++) rates.push(await scrolling("rows"));
const middle = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
console.log(`a run of 20,000 entries opens in ${Math.round(middle(times))} ms (middle of ${times.length})`);
console.log(
  `a timeline of 2,000 rows scrolls at ${middle(rates).toFixed(1)} frames a second (middle of ${rates.length})`,
);
await browser.close();
await office.stop();
