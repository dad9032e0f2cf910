import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe, the field's checker, finds wrong by the accessibility rules (WCAG 2.2 AA), and by `more` of its rule sets. The tab must bypass the CSP. */
export async function axeFindings(tab: Page, more: readonly string[] = []): Promise<string[]> {
  await tab.addScriptTag({ content: axe.source });
  return tab.evaluate(
    async (tags) => {
      interface Rule {
        id: string;
        nodes: { html: string; failureSummary: string }[];
      }
      const checker = (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Rule[] }> } }).axe;
      const { violations } = await checker.run({ runOnly: tags });
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
    },
    ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", ...more],
  );
}

/** By how many pixels a page is wider than its window. */
export const overflowOf = (tab: Page): Promise<number> =>
  tab.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);

/** Keeps what a tab looks like where HOLDPOINT_SCREENSHOTS names a folder. */
export async function screenshot(tab: Page, name: string): Promise<void> {
  const folder = process.env.HOLDPOINT_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
