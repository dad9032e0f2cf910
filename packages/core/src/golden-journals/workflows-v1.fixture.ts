import { z } from "zod";
import { type AnyWorkflow, workflow } from "../workflow/definition.ts";
import { service } from "../workflow/service.ts";

/**
 * The workflows whose journals lie in `golden/v1`. Frozen with them: what is recorded there must be
 * followed by exactly this code, in every later release. A new kind of entry gets a new folder and file.
 */

/** What the world does while the journals are recorded. A replay never asks it. */
export const outside = { broken: new Set<string>(), silent: false };

const act = (name: string): string => {
  if (outside.broken.has(name)) throw new RangeError(`${name} is broken`);
  return `${name} done`;
};

export const clockService = service<{ zone: string }>("clock");
export const services = [clockService.provide({ zone: "Europe/Vienna" })];

export const part = workflow({ name: "part", input: z.object({ what: z.string() }) }, async (ctx, { what }) => {
  if (what === "never") await ctx.signal("never", z.unknown());
  if (what === "fails") await ctx.step("fail", () => act("part"));
  return ctx.step("part", () => `${what} part`);
});

export const steps = workflow({ name: "steps", input: z.object({ amount: z.number() }) }, async (ctx, { amount }) => {
  const rich = await ctx.step("rich", () => ({
    when: new Date(0),
    map: new Map([["a", 1]]),
    set: new Set([1n]),
    bytes: new Uint8Array([1, 2, 3]),
    nothing: undefined,
  }));
  let tries = 0;
  const flaky = await ctx.step(
    "flaky",
    () => {
      if (++tries < 3) throw new RangeError(`try ${tries}`);
      return tries;
    },
    { retry: { attempts: 5, initial: 1, jitter: 0 } },
  );
  await ctx.step("once", () => act("once"), { once: true, timeout: "10s" });
  await ctx.step(
    "beats",
    ({ heartbeat, measure }) => {
      heartbeat({ row: 7 });
      measure({ confidence: 0.9, predicted: "ham", tools: [{ name: "look", ms: 3 }] });
      return "beaten";
    },
    { heartbeat: "10s", mode: "auto" },
  );
  await ctx.step("cached", () => act("cached"), { cache: { key: `amount-${amount}`, ttl: "1h" } });
  await ctx.step("large", () => "0123456789".repeat(4_000));
  const failed = await ctx.step("caught", () => act("caught")).catch((error: Error) => error.message);
  ctx.set({ amount, open: true });
  ctx.progress(1, 2);
  ctx.emit({ at: ctx.now().getTime() > 0 });
  ctx.outcome("fine");
  ctx.log.info("drawn", { random: ctx.random() });
  const id = ctx.uuid();
  const patched = ctx.patched("new way");
  await ctx.step(`draw ${id.length}`, () => id);
  return { flaky, failed, patched, zone: ctx.service(clockService).zone, kinds: rich.map.size + rich.set.size };
});

export const waits = workflow({ name: "waits" }, async (ctx) => {
  const first = await ctx.signal("word", z.string());
  await ctx.sleep("10s");
  await ctx.sleepUntil(ctx.now().getTime() + 5);
  const late = await ctx.signal("late", z.string(), { timeout: 20 }).catch((error: Error) => error.name);
  const approval = await ctx.approve("ok", {
    title: "Go on?",
    severity: "high",
    consequence: "it goes on",
    options: ["fast", "slow"],
    reviewers: { people: ["ana", "ben"] },
    deadline: [{ after: "1d", decide: { approved: false } }],
  });
  const form = z.object({ amount: z.number().max(10) });
  const { value } = await ctx.hold("amount", { title: "How much?", form, context: { first } });
  const expired = await ctx
    .approve("soon", { title: "Quick?", deadline: [{ after: 1, expire: true }] })
    .catch((error: Error) => error.name);
  const decided = await ctx.approve("later", {
    title: "Slow?",
    deadline: [{ after: 1, decide: { approved: false, note: "no answer" } }],
  });
  return [first, late, approval.approved, approval.option, value.amount, expired, decided.note];
});

export const branches = workflow({ name: "branches" }, async (ctx) => {
  const all = await ctx.all({
    a: () => ctx.step("a", () => act("a")),
    b: async () => {
      await ctx.sleep(2);
      return ctx.step("b", () => act("b"));
    },
  });
  const race = await ctx.race({
    fast: () => ctx.step("fast", () => act("fast")),
    slow: async () => {
      await ctx.step("book", () => act("book"), { compensate: () => act("unbook") });
      await ctx.approve("never", { title: "Never asked" });
    },
    child: () => ctx.child(part, { what: "never" }),
  });
  const any = await ctx.any({
    bad: () => ctx.step("bad", () => act("bad")),
    good: () => ctx.step("good", () => act("good")),
  });
  const map = await ctx.map(["x", "y", "z"], (name) => ctx.step(name, () => act(name)), {
    key: (name) => name,
    concurrency: 2,
  });
  const bare = await Promise.all([ctx.step("bare", () => act("bare 1")), ctx.step("bare", () => act("bare 2"))]);
  const child = await ctx.child(part, { what: "called" });
  const spawned = await ctx.spawn(part, { what: "spawned" }, { parentClose: "abandon" });
  const failing = await ctx.child(part, { what: "fails" }).catch((error: Error) => error.name);
  const shielded = await ctx.shield(() => ctx.step("shielded", () => act("shielded")));
  return [all.a, all.b, race.winner, any.winner, map.length, bare[1], child, await spawned.result(), failing, shielded];
});

export const undone = workflow({ name: "undone", retry: { attempts: 2, initial: 1, jitter: 0 } }, async (ctx) => {
  await ctx.step("reserve", () => act("reserve"), { compensate: () => act("release") });
  await ctx.step("charge", () => act("charge"), { compensate: () => act("refund") });
  return ctx.step("ship", () => act("ship"));
});

export const stopped = workflow({ name: "stopped", timeout: "1h" }, async (ctx) => {
  await ctx.step("begin", () => act("begin"), { compensate: () => act("end") });
  await ctx.signal("go", z.unknown());
  return ctx.step("rest", () => act("rest"));
});

export const mended = workflow({ name: "mended" }, async (ctx) => {
  await ctx.step("first", () => act("first"));
  const both = await ctx.all({
    ok: () => ctx.approve("beside", { title: "Beside?" }),
    paid: async () => {
      await ctx.signal("go", z.unknown());
      return ctx.step("pay", () => act("pay"));
    },
    child: () => ctx.child(part, { what: "called" }),
  });
  return [both.ok.by, both.paid, both.child];
});

export const loop = workflow({ name: "loop", input: z.object({ n: z.number() }) }, async (ctx, { n }) => {
  const word = await ctx.signal("word", z.string());
  await ctx.step("turn", () => `${n} ${word}`);
  return n < 3 ? ctx.continueAsNew({ n: n + 1 }) : n;
});

export const asked = workflow({ name: "asked" }, async (ctx) => {
  await ctx.step("look", () => act("look"));
  const { by } = await ctx.approve("ok", { title: "Ok?" });
  await ctx.step("do", () => act("do"));
  return by;
});

/** As it was before `renamed` of version 1 was changed under its runs. */
export const beforeRename = workflow({ name: "renamed" }, async (ctx) => {
  await ctx.step("old", () => act("old"));
  await ctx.step("gone", () => act("gone"));
  await ctx.approve("ok", { title: "Ok?" });
});

export const renamed = workflow({ name: "renamed" }, async (ctx) => {
  await ctx.step("new", () => act("old"));
  const given = await ctx.step("given", () => 0);
  const { by } = await ctx.approve("fine", { title: "Ok?" });
  await ctx.step("old", () => act("old"));
  return [given, by];
});

const pay = (version: number) =>
  workflow({ name: "pay", version }, async (ctx) => {
    const { by } = await ctx.approve("pay", { title: "Pay?", severity: "critical", consequence: "pays" });
    await ctx.step("pay", () => act(`pay ${version}`));
    return `${ctx.run.version} ${by}`;
  });
export const payOld = pay(1);
export const payNew = pay(2);

export const inserted = workflow({ name: "inserted", insertions: "run" }, async (ctx) => {
  await ctx.step("a", () => act("a"));
  await ctx.step("between", () => act("between"));
  await ctx.step("b", () => act("b"));
  await ctx.signal("go", z.unknown());
  return ctx.step("c", () => act("c"));
});

export const beforeInsertion = workflow({ name: "inserted" }, async (ctx) => {
  await ctx.step("a", () => act("a"));
  await ctx.step("b", () => act("b"));
  await ctx.signal("go", z.unknown());
});

export const unknown = workflow({ name: "unknown" }, async (ctx) => {
  return ctx.step("pay", () => (outside.silent ? new Promise<never>(() => {}) : act("pay")), { once: true });
});

/** The code that follows each journal, by the journal's name. */
export const followers: Readonly<Record<string, AnyWorkflow>> = {
  steps,
  waits,
  branches,
  undone,
  cancelled: stopped,
  forced: stopped,
  parked: stopped,
  mended,
  loop,
  asked,
  "asked-fork-reuse": asked,
  "asked-fork-ask": asked,
  "asked-fork-of-fork": asked,
  renamed,
  pay: payNew,
  inserted,
  unknown,
  part,
};
