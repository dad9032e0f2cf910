import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const executable =
  process.env.HOLDPOINT_TEST_CHROMIUM ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** What these tests need and this machine has not; null when they can run. */
export const missing: string | null = executable === undefined ? "install chromium" : null;

/** How long a slow machine may take to start the browser, and for one thing in a page. */
const startMs = 120_000;
const patienceMs = 30_000;

/** A real browser that talks to nobody but us. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    timeout: startMs,
    executablePath: executable ?? "",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });

/** A tab, and everything that went wrong in it: refused by the policy, thrown, dialogs, requests to anybody else. */
export interface Tab {
  page: Page;
  trouble: string[];
  close(): Promise<void>;
}

/** Who sits at a tab (`ana`, or with a role: `vic.viewer`), and for how many seconds decisions wait for an undo (none). */
interface Sitting extends BrowserContextOptions {
  who?: string;
  undo?: number;
}

/** Opens a tab at an address, in a profile of its own. */
export async function openTab(
  browser: Browser,
  url: string,
  { who = "ana", undo = 0, ...options }: Sitting = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  await context.addCookies([{ name: "who", value: who, url: new URL(url).origin }]);
  await context.addInitScript(`localStorage.setItem('holdpoint.undo', '${undo}')`);
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const trouble: string[] = [];
  const { origin } = new URL(url);
  page.on("dialog", (dialog) => {
    trouble.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => trouble.push(`thrown ${error.message}`));
  page.on("console", (message) => {
    // Chromium tells of every refused request by itself; which ones are refused is the tests' own matter.
    const refused = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !refused) trouble.push(`console ${message.text()}`);
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(origin) && !/^(blob|data):/.test(asked)) trouble.push(`request ${asked}`);
  });
  await page.goto(url);
  return { page, trouble, close: () => context.close() };
}
