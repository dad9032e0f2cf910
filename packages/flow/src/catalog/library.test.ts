import { createEngine, type Engine, memoryStore, type Store, workflow } from "@holdpoint/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type LibraryOptions, type PipelineLibrary, pipelineLibrary } from "./library.ts";

const ended: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const steps = { greet: ({ name }: { name: string }) => ({ greeting: `Hello, ${name}!` }) };

/** A process: an engine at work with its library, on a store that others may be on, too. */
async function running(
  store: Store = memoryStore(),
  options: LibraryOptions = { steps: steps as never },
): Promise<{ engine: Engine; library: PipelineLibrary }> {
  const engine = createEngine({
    store,
    workflows: [workflow({ name: "in-code" }, async () => 1)],
    log: quiet as never,
  });
  await engine.start();
  const library = pipelineLibrary(engine, { lookEvery: 20, ...options });
  await library.open();
  // The others still use the store.
  ended.push(
    () => engine.stop().then(() => store.open()),
    () => library.close(),
  );
  return { engine, library };
}

/** Asks a person, then greets; `text` makes versions differ. */
const letter = (text: string) => ({
  name: "Letter",
  version: "1.0",
  flow: {
    start_at: "ask",
    paths: [
      { from: "ask", to: "greet" },
      { from: "greet", to: "end_with_success" },
    ],
  },
  steps: [
    {
      id: "ask",
      type: "human_input",
      config: { ui_schema: { title: text, fields: [{ name: "name", type: "text" }] } },
    },
    { id: "greet", step_class: "greet", inputs: { name: text } },
  ],
});

describe("a library of pipelines", () => {
  test("each changed content is a version, and a run stays on the one it began with", async () => {
    const { engine, library } = await running();
    const first = await library.put(letter("one"), { by: "ana" });
    expect(first).toMatchObject({ name: "letter", version: 1, by: "ana", changed: true, problems: [] });
    const run = await engine.run("letter", {}, { id: "r1" });
    const hold = await run.hold("ask");
    expect(await library.put({ ...letter("one") })).toMatchObject({ version: 1, changed: false });
    expect(await library.put(letter("two"))).toMatchObject({ version: 2, versions: [2, 1] });
    const second = await engine.run("letter", {}, { id: "r2" });
    for (const one of [hold, await second.hold("ask")]) await engine.decide(one, { name: "x" }, { by: "ana" });
    await Promise.all([run.result(), second.result()]);
    expect([(await run.describe()).version, (await second.describe()).version]).toEqual([1, 2]);
    expect((await library.get("letter", 1)).document).toEqual(letter("one"));
  });

  test("a removed pipeline begins no run, ends those it has, and comes back as the version after", async () => {
    const { engine, library } = await running();
    await library.put(letter("one"));
    const run = await engine.run("letter", {}, { id: "r1" });
    const hold = await run.hold("ask");
    await library.remove("letter", { by: "ben" });
    expect(await library.list()).toEqual([]);
    await expect(engine.run("letter", {})).rejects.toThrow("it was retired");
    await expect(library.get("letter")).rejects.toThrow('no pipeline "letter"; it was removed');
    await engine.decide(hold, { name: "x" }, { by: "ana" });
    await run.result();
    expect(await library.put(letter("one"))).toMatchObject({ version: 3, versions: [3, 1], changed: true });
    await engine.run("letter", {}, { id: "r3" });
  });

  test("other processes get what one puts, take over its runs, and know it after a restart", async () => {
    const store = memoryStore();
    const one = await running(store);
    const other = await running(store);
    await one.library.put(letter("one"));
    await vi.waitFor(() => expect(other.engine.workflows().map(({ name }) => name)).toContain("letter"));
    const run = await other.engine.run("letter", {}, { id: "r1" });
    await one.library.remove("letter");
    await vi.waitFor(() => expect(other.engine.isRetired("letter")).toBe(true));
    const later = await running(store);
    expect(later.engine.isRetired("letter")).toBe(true);
    expect((await later.library.get("letter", 1)).versions).toEqual([1]);
    await one.engine.decide(await run.hold("ask"), { name: "x" }, { by: "ana" });
    await run.result();
  });

  test("of many who change it at once, one is taken for each version", async () => {
    const store = memoryStore();
    const people = await Promise.all(Array.from({ length: 5 }, () => running(store)));
    await people[0]!.library.put(letter("first"));
    const tried = await Promise.allSettled(
      people.map(({ library }, n) => library.put(letter(`by ${n}`), { expected: 1 })),
    );
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tried)
      if (one.status === "rejected")
        expect(String(one.reason)).toContain('pipeline "letter" is at version 2: read it again');
    expect((await people[1]!.library.get("letter")).versions).toEqual([2, 1]);
    await expect(people[2]!.library.remove("letter", { expected: 1 })).rejects.toThrow("is at version 2");
  });

  test("what is wrong with a document is said at once and keeps nothing of it", async () => {
    const { library } = await running();
    const lacking = {
      ...letter("one"),
      steps: [
        { id: "ask", step_class: "gret" },
        { id: "greet", step_class: "greet" },
      ],
    };
    await expect(library.put(lacking)).rejects.toThrow('steps.ask: there is no step "gret"; did you mean "greet"?');
    await expect(library.put("text")).rejects.toThrow("cannot be built");
    await expect(library.put(letter("one"), { name: "A@b" })).rejects.toThrow("must be 1 to 100 small letters");
    await expect(library.put(letter("one"), { name: "in-code" })).rejects.toThrow("is a workflow in code");
    await expect(library.put(letter("one"), { expected: 3 })).rejects.toThrow('"letter" is not there');
    expect(await library.list()).toEqual([]);
    expect((await library.check(lacking)).problems).toHaveLength(1);
  });

  test("a process without the code of a pipeline says so and leaves its runs to the others", async () => {
    const store = memoryStore();
    const one = await running(store);
    const without = await running(store, { steps: {} });
    await one.library.put(letter("one"));
    expect((await without.library.get("letter")).problems).toMatchObject([{ path: "steps.greet" }]);
    await expect(without.engine.run("letter", {})).rejects.toThrow('no workflow "letter"');
  });

  test("no module is loaded for a document unless a folder was allowed", async () => {
    const { library } = await running();
    const reaching = {
      ...letter("one"),
      steps: [
        { id: "ask", step_class: "Exec", module: "node:child_process" },
        { id: "greet", step_class: "greet" },
      ],
    };
    const { problems } = await library.check(reaching);
    expect(problems[0]?.message).toContain("allow a folder that modules are loaded from");
  });
});
