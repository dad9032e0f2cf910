import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe finds wrong by WCAG 2.2 AA, in both themes. The checker is run by the browser itself and not by the page, so that the page's
 * policy holds while it looks.
 */
export async function axeFindings(page: Page): Promise<string[]> {
  const findings: string[] = [];
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    findings.push(...(await findingsNow(page)).map((finding) => `${theme}: ${finding}`));
  }
  return findings;
}

async function findingsNow(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: `${axe.source}; undefined` });
  const { result } = await session.send("Runtime.evaluate", {
    awaitPromise: true,
    returnByValue: true,
    expression: `axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + ": " + node.html.slice(0, 300) + " " + node.failureSummary)))`,
  });
  await session.detach();
  if (!Array.isArray(result.value)) throw new Error(`axe did not run: ${result.description ?? result.type}`);
  return result.value as string[];
}

/** Puts a theme on the page, as its own menu does. */
export async function setTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.locator("html").evaluate((root, name) => {
    (root as unknown as { dataset: Record<string, string> }).dataset.theme = name;
  }, theme);
}

/** By how many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);

/** The windows that screenshots are taken in. */
export const windows = { 1440: 900, 768: 1024, 320: 640 } as const;

/** Keeps what a page looks like in both themes and at each width, as `out/NAME-WIDTH-THEME.png`. */
export async function keepScreenshots(
  page: Page,
  folder: string,
  name: string,
  ready?: () => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [width, height] of Object.entries(windows)) {
    await page.setViewportSize({ width: Number(width), height });
    await ready?.();
    for (const theme of ["light", "dark"] as const) {
      await setTheme(page, theme);
      await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
    }
  }
}
