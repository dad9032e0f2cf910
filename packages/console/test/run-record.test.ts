import { describe, expect, test } from "vitest";
import { modelCallOf } from "../src/screens/run/agents/model-call.ts";
import { differenceOf } from "../src/screens/run/difference.ts";
import { parseKey } from "../src/screens/run/journal/key.ts";
import type { RunEvent } from "../src/screens/run/journal/row.ts";
import { RowBook } from "../src/screens/run/journal/row-book.ts";
import { Moments, Stretches } from "../src/screens/run/journal/stretches.ts";
import { totalsOf } from "../src/screens/run/journal/totals.ts";
import { linesOf } from "../src/screens/run/timeline/lines.ts";
import { scaleOf } from "../src/screens/run/timeline/scale.ts";
import { spansOf } from "../src/screens/run/trace/spans.ts";

let seq = 0;
const event = (type: string, key: string, from: number, at = from, more: Partial<RunEvent> = {}): RunEvent => ({
  ...{
    id: `r.1.${++seq}`,
    generation: 1,
    seq,
    type,
    key,
    attempt: type.startsWith("step") ? 1 : 0,
    by: null,
    measures: null,
  },
  ...{ outcome: /settled|mail/.test(type) ? "ok" : null, value: null },
  ...{ startedAt: new Date(from).toISOString(), at: new Date(at).toISOString() },
  ...more,
});
const bookOf = (...events: RunEvent[]): RowBook => {
  const book = new RowBook();
  for (const one of events) book.add(one);
  return book;
};

describe("the record of a run", () => {
  test("keys are taken apart whatever the names in them", () => {
    expect(parseKey("step:pay#2")).toEqual({ scopes: [], kind: "step", name: "pay", n: 2 });
    const inner = parseKey("all#1.b/map#2.k 1.5/step:a/b#x#12~1");
    expect(inner).toMatchObject({ kind: "step", name: "a/b#x", n: 12 });
    expect(inner.scopes.map(({ group, path, branch }) => [group, path, branch])).toEqual([
      ["all#1", "all#1.b/", "b"],
      ["all#1.b/map#2", "all#1.b/map#2.k 1.5/", "k 1.5"],
    ]);
    expect(parseKey("shield#1/step:tidy#1").scopes).toMatchObject([{ group: "shield#1", branch: null }]);
    expect(parseKey("step:#1.x/all").kind).toBe("step:#1.x/all");
  });

  test("attempts, waits for people, signals and branches become rows with their times", () => {
    const book = bookOf(
      event("run.opened", "run", 0),
      event("step.attempt", "step:load#1", 10, 20, { outcome: "error" }),
      event("step.settled", "step:load#1", 50, 60, { attempt: 2 }),
      event("hold.opened", "all#1.a/hold:ok#1", 60),
      event("signal.opened", "all#1.b/signal:go#1", 60),
      event("mail.decision", "all#1.a/hold:ok#1", 1060),
      event("mail.signal", "go", 1100),
    );
    expect(linesOf(book.top, new Set()).map(({ key, state, from, to }) => [key, state, from, to])).toEqual([
      ["step:load#1", "ok", 10, 60],
      ["all#1", "ok", 60, 1100],
      ["all#1.a/", "ok", 60, 1060],
      ["all#1.a/hold:ok#1", "ok", 60, 1060],
      ["all#1.b/", "ok", 60, 1100],
      ["all#1.b/signal:go#1", "ok", 60, 1100],
    ]);
    expect(book.get("step:load#1")?.spans.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["queue", 0, 10],
      ["run", 10, 20],
      ["retry", 20, 50],
      ["run", 50, 60],
    ]);
    expect(totalsOf(book, 2000)).toEqual({ run: 20, queue: 10, human: 1000, retry: 30, wait: 1040 });
    expect(linesOf(book.top, new Set(["all#1"]))).toHaveLength(2);
  });

  test("a run's spans are itself, each attempt and each wait for a person, by when they began; what was taken over is not among them", () => {
    const book = bookOf(
      event("run.opened", "run", 0, 0, { measures: { inherited: 1 } }),
      event("step.settled", "step:before#1", 2, 4, { seq: 1, attempt: 1 }),
      event("step.attempt", "step:load#1", 10, 20, { outcome: "error" }),
      event("step.settled", "step:load#1", 50, 60, { attempt: 2 }),
      event("hold.opened", "hold:ok#1", 60),
      event("mail.decision", "hold:ok#1", 1060),
      event("hold.opened", "hold:more#1", 1060),
    );
    const run = {
      workflow: "refund",
      status: "parked",
      createdAt: new Date(0).toISOString(),
      finishedAt: null,
    } as const;
    const shown = spansOf(run, book, false).map(({ name, attempt, from, to, shown }) => [
      name,
      attempt,
      from,
      to,
      shown,
    ]);
    expect(shown).toEqual([
      ["run refund", null, 0, null, "open"],
      ["step load", 1, 10, 20, "error"],
      ["step load", 2, 50, 60, "ok"],
      ["hold ok", null, 60, 1060, "ok"],
      ["hold more", null, 1060, null, "person"],
    ]);
  });

  test("what happens side by side counts once, in whatever order it ends", () => {
    const all: (readonly [number, number])[] = [];
    const stretches = new Stretches();
    const moments = new Moments();
    // A fixed sequence without order: ends come nearly in order in a run, and not always.
    for (let n = 0, at = 7; n < 300; n++, at = (at * 31 + 17) % 997) {
      const one = [at, at + (n % 9)] as const;
      all.push(one);
      stretches.add(...one);
      for (const moment of one) moments.add(moment);
      const covered = new Set(all.flatMap(([from, to]) => Array.from({ length: to - from }, (_, k) => from + k)));
      expect(stretches.length(null, 2000)).toBe(covered.size);
      const since = (at * 7) % 1000;
      for (let k = since; k < 1010; k++) covered.add(k);
      expect(stretches.length(since, 1010)).toBe(covered.size);
    }
    expect(moments.sorted).toEqual([...new Set(all.flat())].sort((a, b) => a - b));
  });

  test("days of waiting become a gap, and every moment keeps its order", () => {
    const day = 86_400_000;
    const book = bookOf(
      event("step.settled", "step:a#1", 0, 100),
      event("hold.opened", "hold:b#1", 100),
      event("mail.decision", "hold:b#1", 2 * day),
      event("step.settled", "step:c#1", 2 * day, 2 * day + 300),
    );
    const whole = scaleOf(book.moments.sorted, 0, 2 * day + 300, false);
    expect(whole.gaps).toEqual([]);
    expect(whole.at(100)).toBeLessThan(0.001);
    const short = scaleOf(book.moments.sorted, 0, 2 * day + 300, true);
    expect(short.gaps).toEqual([{ from: 100, to: 2 * day }]);
    expect(short.at(100)).toBeGreaterThan(0.15);
    const moments = [0, 50, 100, day, 2 * day, 2 * day + 300];
    const places = moments.map(short.at);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const [n, place] of places.entries()) expect(short.moment(place)).toBeCloseTo(moments[n] as number, -1);
  });

  test("what the engine says of a difference is taken apart, and anything else is left as it is", () => {
    const note =
      'code and journal disagree after entry 7: "step:old "x"#1" was recorded there (entry 9), the code asks for "step:new#1", "hold:ok#1". Register the old version, wrap the change in ctx.patched, or migrate the run.';
    expect(differenceOf(note)).toEqual({ after: 7, recorded: 'step:old "x"#1', asked: '"step:new#1", "hold:ok#1"' });
    expect(differenceOf("hold is open with another form")).toBeNull();
  });

  test("only what is shaped like a call of a model is one", () => {
    for (const value of [null, 1, "x", {}, { response: null }, { response: { content: [], model: 3 } }])
      expect(modelCallOf(value)).toBeNull();
    const response = {
      model: "m",
      content: [null, { type: "text", text: 1 }, { type: "tool-call", name: "t" }],
      usage: "many",
    };
    expect(modelCallOf({ response, cost: "free" })).toEqual({
      ...{ model: "m", finish: null, cost: null, input: null, output: null, ms: null },
      parts: [{ type: "tool-call", id: "undefined", name: "t", args: undefined }],
    });
  });
});
