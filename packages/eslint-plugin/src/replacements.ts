import type { Origin } from "./names.ts";

/** What to say about a call, and the code that does the same and is recorded; null where an edit cannot be offered. */
export interface Advice {
  instead: string;
  code: string | null;
}

const time = (ctx: string): Advice => ({ instead: `${ctx}.now().getTime()`, code: `${ctx}.now().getTime()` });
const uuid = (ctx: string): Advice => ({ instead: `${ctx}.uuid()`, code: `${ctx}.uuid()` });
const chance = (ctx: string): Advice => ({ instead: `${ctx}.random(), ${ctx}.uuid() or a step`, code: null });
const sleep = (ctx: string): Advice => ({ instead: `${ctx}.sleep(duration)`, code: null });
const step = (ctx: string): Advice => ({ instead: `a step: ${ctx}.step(name, () => …)`, code: null });

const globals: Record<string, ((ctx: string) => Advice) | undefined> = {
  "Date.now": time,
  "performance.now": time,
  "process.hrtime": time,
  "process.hrtime.bigint": time,
  Date: (ctx) => ({ instead: `${ctx}.now()`, code: `String(${ctx}.now())` }),
  "Math.random": (ctx) => ({ instead: `${ctx}.random()`, code: `${ctx}.random()` }),
  "crypto.randomUUID": uuid,
  "crypto.getRandomValues": chance,
  fetch: step,
  setTimeout: sleep,
  setInterval: sleep,
  setImmediate: sleep,
};

const timers = { setTimeout: sleep, setInterval: sleep, setImmediate: sleep };

const modules: Record<string, Record<string, ((ctx: string) => Advice) | undefined> | undefined> = {
  global: globals,
  crypto: {
    randomUUID: uuid,
    getRandomValues: chance,
    randomBytes: chance,
    randomInt: chance,
    "webcrypto.randomUUID": uuid,
    "webcrypto.getRandomValues": chance,
  },
  perf_hooks: { "performance.now": time },
  process: { hrtime: time, "hrtime.bigint": time },
  timers,
  "timers/promises": { ...timers, "scheduler.wait": sleep },
};

/** Node's modules whose every function reaches outside. */
const outside = new Set([
  "fs",
  "fs/promises",
  "http",
  "https",
  "http2",
  "net",
  "tls",
  "dgram",
  "dns",
  "dns/promises",
  "child_process",
]);

/** What workflow code has instead of a call that gives another answer in a replay; null when the call is harmless. */
export function adviceFor(origin: Origin, ctx: string): Advice | null {
  const advice = modules[origin.module]?.[origin.path];
  if (advice) return advice(ctx);
  return outside.has(origin.module) ? step(ctx) : null;
}

/** How a call is named to its author. */
export function nameOf({ path }: Origin): string {
  return `${path}()`;
}
