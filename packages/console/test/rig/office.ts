import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consoleDirectory } from "@holdpoint/console";
import { createEngine, type Engine, type EngineOptions, type Hold, staticDirectory } from "@holdpoint/core";
import { type Authenticate, type RunningServer, type ServeOptions, serve } from "@holdpoint/server";
import { sqlite } from "@holdpoint/sql";
import { hostile, workflows } from "./workflows.ts";

/** A real server on a SQLite file of its own, with the console, for one test file. */
export interface Office {
  engine: Engine;
  readonly server: RunningServer;
  /** Where the console is: `http://localhost:4711/console`. */
  url: string;
  /** Starts a run and waits for its hold. */
  ask(workflow: string, input?: unknown, by?: string): Promise<Hold>;
  /** Stops the server, does something, and starts it again where it was. */
  away(meanwhile: () => Promise<void>): Promise<void>;
  /** A day's worth of holds, of every kind. */
  seed(): Promise<Hold[]>;
  stop(): Promise<void>;
}

/** Who sits at a tab stands in its cookie, as `openTab` sets it; a test of signing in gives the server something real. */
const byCookie: Authenticate = async (request) => {
  const [, id = "ana", role = "admin"] = /who=(\w+)(?:\.(\w+))?/.exec(request.headers.get("cookie") ?? "") ?? [];
  return { id, namespace: "default", roles: [role as "admin"] };
};

/**
 * Starts the office. Build first (`npm run build`): the console that is served is the built one, as users get it.
 *
 * @example
 * const office = await openOffice();
 * const tab = await openTab(await openBrowser(), `${office.url}/inbox`);
 */
export async function openOffice(
  options: (engine: Engine, origin: string) => ServeOptions | Promise<ServeOptions> = () => ({}),
  { workflows: more = [], ...engineOptions }: Partial<EngineOptions> = {},
): Promise<Office> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-console-"));
  const engine = createEngine({
    store: sqlite(join(folder, "office.db"), { durability: "relaxed" }),
    workflows: [...workflows, ...more],
    directory: staticDirectory({ groups: { finance: ["ana", "ben"], legal: ["lea"] } }),
    ...engineOptions,
  });
  await engine.start();
  const silent = (): void => {};
  // Signing in has to know its own address before anything listens there.
  const port = await freePort();
  const settings: ServeOptions = {
    authenticate: byCookie,
    console: consoleDirectory,
    port,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    drain: "1s",
    ...(await options(engine, `http://localhost:${port}`)),
  };
  let server = await serve(engine, settings);
  const ask = async (workflow: string, input?: unknown, by = "rita"): Promise<Hold> => {
    const run = await engine.run(workflow, input, { by });
    return run.hold(holdNames[workflow] ?? workflow);
  };
  return {
    engine,
    get server() {
      return server;
    },
    away: async (meanwhile) => {
      await server.stop();
      await meanwhile();
      server = await serve(engine, settings);
    },
    url: `${server.url.replace("127.0.0.1", "localhost")}/console`,
    ask,
    seed: () => seed(ask),
    stop: async () => {
      await server.stop();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A port that nobody has, and that nobody gets while the server is away: not among those that systems give out by themselves (from 32768,
 * elsewhere from 49152).
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const probe = createServer().listen(port, "127.0.0.1");
    try {
      await once(probe, "listening");
    } catch {
      continue; // Somebody has it.
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** What each workflow calls its hold. */
const holdNames: Readonly<Record<string, string>> = {
  refund: "approve refund",
  deploy: "release",
  "archive-cleanup": "delete archive",
  "mail-triage": "label",
  "contract-review": "sign-off",
  nasty: hostile,
};

const customers = ["Ana Okafor", "Ben Liu", "Carla Mendes", "Dmitri Volkov", "Esra Yilmaz", "Femi Adeyemi"];

async function seed(ask: Office["ask"]): Promise<Hold[]> {
  const holds: Hold[] = [];
  for (const [n, customer] of customers.entries())
    holds.push(await ask("refund", { order: `A-${107 + n}`, amount: [120, 80, 64.5, 410, 75, 99][n], customer }));
  holds.push(await ask("deploy"), await ask("archive-cleanup"), await ask("contract-review"));
  const mails = [
    ["Your invoice 2219", "Please find attached the invoice for March.", 0.58],
    ["free money!!!", "Dear friend,\n\nI have an offer for you.", 0.71],
    ["Re: meeting on Tuesday", "Half past two works for me.", 0.44],
  ] as const;
  for (const [subject, text, spam] of mails) holds.push(await ask("mail-triage", { subject, text, spam }));
  return holds;
}
