// How fast the run view is, in a real Chromium against a real server: `npm run bench:runs -w packages/console`.
import { workflow } from "@holdpoint/core";
import { openBrowser, openTab } from "./rig/browser.ts";
import { type MainThread, watchMainThread } from "./rig/measure.ts";
import { openOffice } from "./rig/office.ts";

const many = workflow({ name: "many" }, async (ctx, input: unknown) => {
  for (let n = 0; n < Number(input); n++) await ctx.step(`part ${n % 40}`, () => ({ n, text: "as it was" }));
  return "done";
});

const [office, browser] = await Promise.all([openOffice(() => ({}), { workflows: [many] }), openBrowser()]);
for (const [id, steps] of Object.entries({ rows: 2000, entries: 20_000 }))
  await (await office.engine.run("many", steps, { id })).result({ timeout: 120_000 });

interface Opening {
  /** From asking for the page until rows of the run can be read, in ms; the browser has the files of the console by then. */
  rows: number;
  /** Until all of it is there. */
  all: number;
  /** How long the page's main thread was busy until then. */
  work: MainThread;
}

async function opening(run: string, entries: number): Promise<Opening> {
  const { page, close } = await openTab(browser, `${office.url}/runs`);
  await page.getByRole("row").first().waitFor();
  const worked = await watchMainThread(page);
  const began = performance.now();
  await page.goto(`${office.url}/runs/${run}`);
  await page.getByRole("treeitem").first().waitFor();
  const rows = performance.now() - began;
  await page.locator(`[role=treeitem][aria-setsize="${entries}"]`).first().waitFor();
  const all = performance.now() - began;
  const work = await worked();
  await close();
  return { rows, all, work };
}

const frames = 240;

/** Frames a second while the timeline is scrolled from its beginning to its end, and what the main thread did for each. */
async function scrolling(run: string): Promise<{ fps: number; work: MainThread }> {
  const { page, close } = await openTab(browser, `${office.url}/runs/${run}`);
  await page.getByRole("treeitem").first().waitFor();
  await page.waitForTimeout(1500);
  const worked = await watchMainThread(page);
  const fps = await page.getByRole("tree").evaluate(async (tree, frames) => {
    // The page's own; these tests are compiled without the browser's types.
    const nextFrame = (globalThis as unknown as { requestAnimationFrame(call: () => void): void })
      .requestAnimationFrame;
    const began = performance.now();
    for (let n = 1; n <= frames; n++) {
      tree.scrollTop = (n / frames) * (tree.scrollHeight - tree.clientHeight);
      await new Promise<void>((resolve) => nextFrame(resolve));
    }
    return (frames * 1000) / (performance.now() - began);
  }, frames);
  const work = await worked();
  await close();
  return { fps, work };
}

const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
const parts = ["tasks", "script", "style", "layout"] as const;
const workText = (work: readonly MainThread[], per: number): string =>
  parts.map((part) => `${part} ${(middle(work.map((one) => one[part])) / per).toFixed(1)} ms`).join(", ");

const openings: Opening[] = [];
for (let n = 0; n < 5; n++) openings.push(await opening("entries", 20_000));
const scrolls: Awaited<ReturnType<typeof scrolling>>[] = [];
for (let n = 0; n < 3; n++) scrolls.push(await scrolling("rows"));
console.log(
  `a run of 20,000 steps opens in ${Math.round(middle(openings.map(({ rows }) => rows)))} ms, is whole after ${Math.round(middle(openings.map(({ all }) => all)))} ms (middle of ${openings.length})`,
);
console.log(
  `  main thread: ${workText(
    openings.map(({ work }) => work),
    1,
  )}`,
);
console.log(
  `a timeline of 2,000 rows scrolls at ${middle(scrolls.map(({ fps }) => fps)).toFixed(1)} frames a second (middle of ${scrolls.length})`,
);
console.log(
  `  main thread, each frame: ${workText(
    scrolls.map(({ work }) => work),
    frames,
  )}`,
);
await browser.close();
await office.stop();
