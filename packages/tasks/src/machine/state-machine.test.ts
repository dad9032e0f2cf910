import { createEngine, type Engine, memoryStore, type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { context, Instances, InvalidTransitionError, machineWorkflow, stateMachine } from "../index.ts";

/** A schema that takes objects with a text under one name. */
const withText = <N extends string>(name: N): StandardSchemaV1<Record<N, string>> => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof (value as Record<string, unknown> | null)?.[name] === "string"
        ? { value: value as Record<N, string> }
        : { issues: [{ message: "must be a text", path: [name] }] },
  },
});
const nothing: StandardSchemaV1<undefined> = {
  "~standard": { version: 1, vendor: "test", validate: () => ({ value: undefined }) },
};

const seen: string[] = [];
const door = stateMachine({
  name: "door",
  context: context<{ opened: number }>(),
  events: { open: withText("key"), close: nothing, paint: nothing, brick: nothing },
  initial: "closed",
  states: {
    closed: {
      on: {
        open: {
          to: "open",
          guard: ({ event }) => event.data.key === "brass" || "that key does not fit",
          update: ({ context }) => ({ opened: context.opened + 1 }),
        },
        paint: { to: "closed", guard: () => false },
        brick: "asking",
      },
      enter: (ctx, { event }) => ctx.step("enter", () => void seen.push(`enter closed by ${event.name}`)),
    },
    open: {
      on: { close: "closed", paint: "open" },
      enter: (ctx, { context }) => ctx.step("enter", () => void seen.push(`enter open ${context.opened}`)),
      exit: (ctx, { event }) =>
        ctx.step("exit", () => {
          seen.push(`exit open by ${event.by}`);
          if (event.by === "wind") throw new Error("it is jammed");
        }),
    },
    asking: {
      hold: () => ({ title: "Brick it up?" }),
      decided: { approved: "bricked", rejected: "closed", expired: "closed" },
      on: { close: { to: "closed", guard: ({ event }) => event.by === "ana" || "only ana may" } },
    },
    bricked: { final: "bricked" },
  },
});

let engine: Engine | null = null;
afterEach(async () => {
  await engine?.stop();
  seen.length = 0;
});
async function doors(): Promise<
  Instances<"closed" | "open" | "asking" | "bricked", { opened: number }, (typeof door)["events"]>
> {
  engine = createEngine({ store: memoryStore(), workflows: [machineWorkflow(door)] });
  await engine.start();
  return new Instances(engine, door);
}

describe("a durable state machine", () => {
  test("moves on events, with what they carry, and says where it stands", async () => {
    const all = await doors();
    expect(await all.create("front", { opened: 0 }, { by: "ben" })).toMatchObject({ state: "closed", version: 0 });
    const now = await all.send("front", "open", { key: "brass" }, { by: "ana" });
    expect(now).toMatchObject({
      id: "front",
      state: "open",
      version: 1,
      context: { opened: 1 },
      last: { event: "open", by: "ana" },
    });
    expectTypeOf(now.state).toEqualTypeOf<"closed" | "open" | "asking" | "bricked">();
    expectTypeOf<Parameters<typeof all.send<"open">>[2]>().toEqualTypeOf<Record<"key", string>>();
    expect((await all.transitions("front")).map(({ from, to, by }) => [from, to, by])).toEqual([
      [null, "closed", "ben"],
      ["closed", "open", "ana"],
    ]);
  });

  test("an event that does not fit the state is refused, and so is one that its guard refuses, in its words", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await expect(all.send("front", "close", undefined)).rejects.toThrow(
      'door "front" is closed: it cannot close; possible: open, paint, brick',
    );
    await expect(all.send("front", "open", { key: "iron" })).rejects.toThrow("that key does not fit");
    await expect(all.send("front", "paint", undefined)).rejects.toThrow("its guard says no");
    expect(await all.get("front")).toMatchObject({ state: "closed", version: 0, context: { opened: 0 } });
  });

  test("what an event carries is checked before it is sent", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await expect(all.send("front", "open", { key: 7 } as never)).rejects.toThrow('event "open".key: must be a text');
    await expect(all.send("front", "explode" as "open", { key: "x" })).rejects.toThrow('is no event of "door"');
  });

  test("enter and exit run once each, as steps; an exit that fails refuses the event", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await all.send("front", "open", { key: "brass" });
    await expect(all.send("front", "close", undefined, { by: "wind" })).rejects.toThrow("it is jammed");
    expect((await all.get("front")).state).toBe("open");
    await all.send("front", "close", undefined, { by: "ana" });
    await all.send("front", "open", { key: "brass" });
    expect(seen).toEqual([
      "enter closed by created",
      "enter open 1",
      "exit open by wind",
      "exit open by ana",
      "enter closed by close",
      "enter open 2",
    ]);
  });

  test("who expects a version is refused once it has moved on", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await all.send("front", "open", { key: "brass" }, { expect: 0 });
    await expect(all.send("front", "paint", undefined, { expect: 0 })).rejects.toThrow("version 1");
    const both = await Promise.allSettled([
      all.send("front", "paint", undefined, { expect: 1 }),
      all.send("front", "paint", undefined, { expect: 1 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await all.get("front")).version).toBe(2);
  });

  test("a state that asks a person waits for the decision, and takes its own events meanwhile", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await all.send("front", "brick", undefined);
    await expect(all.send("front", "close", undefined, { by: "eve" })).rejects.toThrow("only ana may");
    expect((await engine?.holds())?.items.map(({ title }) => title)).toEqual(["Brick it up?"]);
    await all.send("front", "close", undefined, { by: "ana" });
    expect((await engine?.holds())?.items).toEqual([]);
    await expect(all.decide("front", true)).rejects.toThrow(InvalidTransitionError);
    await all.send("front", "brick", undefined);
    expect(await all.decide("front", true, { by: "ben", note: "at last" })).toMatchObject({
      state: "bricked",
      last: { event: "approved", by: "ben", note: "at last" },
    });
    expect(await (await engine?.get("door:front"))?.describe()).toMatchObject({
      status: "completed",
      outcome: "bricked",
    });
  });

  test("lists its instances, all or in one state", async () => {
    const all = await doors();
    for (const id of ["a", "b", "c"]) await all.create(id, { opened: 0 });
    await all.send("b", "open", { key: "brass" });
    expect((await all.list()).map(({ id, state }) => [id, state])).toEqual([
      ["a", "closed"],
      ["b", "open"],
      ["c", "closed"],
    ]);
    expect((await all.list({ state: "open" })).map(({ id }) => id)).toEqual(["b"]);
  });

  test("goes on with a fresh history after 500 transitions, where it was", async () => {
    const all = await doors();
    await all.create("front", { opened: 0 });
    await all.send("front", "open", { key: "brass" });
    for (let n = 0; n < 510; n++) await all.send("front", "paint", undefined, { by: "ana" });
    expect(await all.get("front")).toMatchObject({ state: "open", version: 511, context: { opened: 1 } });
    expect(await (await engine?.get("door:front"))?.describe()).toMatchObject({ generation: 2 });
    expect(seen.filter((line) => line === "enter open 1").length).toBe(511);
  });

  test("an instance goes on where it was after the process died at any await", async () => {
    const test = createTestEngine({ workflows: [machineWorkflow(door)], discipline: "crash" });
    engine = test;
    const run = await test.run(
      "door",
      { state: "closed", context: { opened: 0 }, version: 0, by: null, nonce: "n", enter: true },
      { id: "door:x" },
    );
    await run.signal("event", { call: "1", name: "open", data: { key: "brass" }, by: null, expect: null });
    await run.signal("event", { call: "2", name: "close", data: undefined, by: "ana", expect: null });
    await run.signal("event", { call: "3", name: "brick", data: undefined, by: null, expect: null });
    await test.decide(await run.hold("approval"), { approved: true }, { by: "ben" });
    expect(await run.result()).toEqual({ state: "bricked", context: { opened: 1 } });
    expect(seen).toEqual(["enter closed by created", "enter open 1", "exit open by ana", "enter closed by close"]);
  });

  test("a definition that leads nowhere is refused, with the place", () => {
    const broken = { name: "b", context: context<null>(), events: { go: nothing }, initial: "a" } as const;
    const make = (states: object): unknown => stateMachine({ ...broken, states: states as never });
    expect(() => make({ a: { on: { go: "z" } } })).toThrow(
      'states.a.on.go: leads to "z", which is no state; there are a',
    );
    expect(() => make({ a: { on: { fly: "a" } } })).toThrow("states.a.on.fly: is no event");
    expect(() => make({ a: { hold: () => ({ title: "x" }) } })).toThrow("hold and decided belong together");
    expect(() => make({ a: { final: true, on: { go: "a" } } })).toThrow("a final state takes no events");
    expect(() => stateMachine({ ...broken, initial: "y" as "a", states: { a: {} } })).toThrow(ValidationError);
  });
});
