import crypto from "node:crypto";
import { guardedDate } from "./guarded-date.ts";

/** Says that `what` was called; throws when it must not be. `caller` is the replacement that was called. */
export type Check = (what: string, instead: string, caller: (...args: never[]) => unknown) => void;

// Modules that are to be patched, not used: core itself does no I/O and imports none that can.
const timers = process.getBuiltinModule("node:timers");
const timersPromises = process.getBuiltinModule("node:timers/promises");
const { syncBuiltinESMExports } = process.getBuiltinModule("node:module");

type Callable = (this: unknown, ...args: unknown[]) => unknown;

interface Watched {
  owner: object;
  name: string;
  /** How the author wrote it. */
  what: string;
  instead: string;
}

const inStep = "a step: ctx.step(name, () => …)";
const sleep = "ctx.sleep(duration)";
const chance = "ctx.random() or ctx.uuid(), or make it in a step";

/** What workflow code must not call, and what it has instead. Promises and microtasks are deterministic and free to use. */
function watched(): Watched[] {
  return [
    { owner: Math, name: "random", what: "Math.random()", instead: "ctx.random()" },
    { owner: performance, name: "now", what: "performance.now()", instead: "ctx.now().getTime()" },
    { owner: process, name: "hrtime", what: "process.hrtime()", instead: "ctx.now().getTime()" },
    { owner: globalThis.crypto, name: "randomUUID", what: "crypto.randomUUID()", instead: "ctx.uuid()" },
    { owner: globalThis.crypto, name: "getRandomValues", what: "crypto.getRandomValues()", instead: chance },
    { owner: crypto, name: "randomUUID", what: "randomUUID()", instead: "ctx.uuid()" },
    { owner: crypto, name: "getRandomValues", what: "getRandomValues()", instead: chance },
    { owner: crypto, name: "randomBytes", what: "randomBytes()", instead: chance },
    { owner: crypto, name: "randomInt", what: "randomInt()", instead: "ctx.random()" },
    { owner: globalThis, name: "fetch", what: "fetch()", instead: inStep },
    ...["setTimeout", "setInterval", "setImmediate"].flatMap((name) =>
      [globalThis, timers, timersPromises].map((owner) => ({ owner, name, what: `${name}()`, instead: sleep })),
    ),
    { owner: timersPromises.scheduler, name: "wait", what: "scheduler.wait()", instead: sleep },
  ];
}

let installs = 0;
let restore: (() => void)[] = [];

/** Replaces the watched globals, once however often it is called. Returns how to put them back. */
export function patchGlobals(check: Check): () => void {
  installs += 1;
  if (installs === 1) {
    restore = watched().map((entry) => wrap(entry, check));
    const RealDate = globalThis.Date;
    const Guarded = guardedDate(RealDate, check);
    restore.push(replace(globalThis, "Date", Guarded), replace(RealDate.prototype, "constructor", Guarded));
    // `import { randomUUID } from "node:crypto"` sees a replacement only after this.
    syncBuiltinESMExports();
  }
  return () => {
    installs -= 1;
    if (installs > 0) return;
    for (const undo of restore.reverse()) undo();
    restore = [];
    syncBuiltinESMExports();
  };
}

function wrap({ owner, name, what, instead }: Watched, check: Check): () => void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") return () => {};
  const call = original as Callable;
  const guarded = function (this: unknown, ...args: unknown[]): unknown {
    check(what, instead, guarded);
    return call.apply(this, args);
  };
  // Name, length, `hrtime.bigint`, the promisified form of a timer.
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  return replace(owner, name, guarded);
}

/** Sets a property; undoing it leaves alone what somebody else (a test's fake timers) has put there since. */
function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before && !before.configurable && !before.writable) return () => {};
  Object.defineProperty(owner, name, {
    value,
    writable: true,
    enumerable: before?.enumerable ?? false,
    configurable: true,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value !== value) return;
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}
