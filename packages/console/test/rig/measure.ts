import type { Page } from "playwright-core";

/** What the page's main thread did between two moments, in ms. */
export interface MainThread {
  /** All tasks; what follows is part of them. */
  tasks: number;
  script: number;
  style: number;
  layout: number;
}

/**
 * Measures what a page's main thread is busy with: unlike the time that passes, it does not depend on who else uses the machine.
 *
 * @returns reads what was done since the last reading
 */
export async function watchMainThread(page: Page): Promise<() => Promise<MainThread>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async (): Promise<MainThread> => {
    const { metrics } = await session.send("Performance.getMetrics");
    const ms = (name: string): number => (metrics.find((one) => one.name === name)?.value ?? 0) * 1000;
    return {
      tasks: ms("TaskDuration"),
      script: ms("ScriptDuration"),
      style: ms("RecalcStyleDuration"),
      layout: ms("LayoutDuration"),
    };
  };
  let before = await read();
  return async () => {
    const now = await read();
    const since = { ...now };
    for (const name of ["tasks", "script", "style", "layout"] as const) since[name] = now[name] - before[name];
    before = now;
    return since;
  };
}

/** When something was done with the page and when its result was seen, by the page's own clock, in ms. */
export interface Seen {
  /** From the event (a click) to the frame that shows the result. */
  whole: number;
  /** From the event until the request is sent. */
  before: number;
  /** What the server and the way to it took. */
  request: number;
  /** From the answer to the frame that shows the result. */
  after: number;
}

/**
 * Measures in the page itself, so that the driver's own way there and back does not count: from a click to the first frame in which a text
 * stands in the page. `path` is how the address of the request ends that the click sends.
 */
export async function timeToText(page: Page, text: string, path: string, act: () => Promise<void>): Promise<Seen> {
  const seen = page.evaluate(
    ([wanted, ending]) => {
      // The page's own; these files are compiled without the browser's types.
      const here = globalThis as unknown as {
        document: {
          body: { textContent: string };
          addEventListener(type: string, listener: (event: { timeStamp: number }) => void, options: object): void;
        };
        requestAnimationFrame(call: () => void): void;
        MessageChannel: new () => { port1: { onmessage: () => void }; port2: { postMessage(value: null): void } };
      };
      interface Request {
        name: string;
        startTime: number;
        responseEnd: number;
      }
      return new Promise<Seen>((resolve) => {
        here.document.addEventListener(
          "click",
          ({ timeStamp }) => {
            const look = (): void => {
              if (!here.document.body.textContent.includes(wanted as string)) return here.requestAnimationFrame(look);
              // A message comes when the frame that begins here has been drawn.
              const drawn = new here.MessageChannel();
              drawn.port1.onmessage = () => {
                const now = performance.now();
                const requests = performance.getEntriesByType("resource") as unknown as Request[];
                const sent = requests.findLast(
                  ({ name, startTime }) => name.endsWith(ending as string) && startTime >= timeStamp,
                );
                const [from, to] = [sent?.startTime ?? timeStamp, sent?.responseEnd ?? timeStamp];
                resolve({ whole: now - timeStamp, before: from - timeStamp, request: to - from, after: now - to });
              };
              drawn.port2.postMessage(null);
            };
            look();
          },
          { capture: true, once: true },
        );
      });
    },
    [text, path],
  );
  await act();
  return seen;
}
