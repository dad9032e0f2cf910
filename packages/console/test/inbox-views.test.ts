import { createEngine, memoryStore } from "@holdpoint/core";
import { pipelineLibrary } from "@holdpoint/flow";
import { expect, test, vi } from "vitest";
import { isStale, staleMs } from "../src/data/stale.ts";
import { readEntries } from "../src/forms/entries.ts";
import { fieldsOf } from "../src/forms/fields.ts";
import { listInput, readSearch, views } from "../src/screens/inbox/views.ts";

const now = Date.parse("2026-05-04T10:20:00Z");

test("an address of the inbox asks for its view and what is searched for, and what it cannot mean is left out", () => {
  expect(readSearch({ view: "delegated", q: 107, severity: "grave", workflow: "  ", group: 1 })).toEqual({
    ...{ view: "delegated", q: "107", group: true },
  });
  // A beginning of a word is enough, in every view.
  for (const view of views) expect(listInput({ view, q: "refu" }, now), view).toMatchObject({ text: "refu" });
  expect(listInput({ view: "escalated" }, now)).toEqual({
    inbox: true,
    unvoted: true,
    order: "due",
    only: "escalated",
  });
  // What was handed over waits for somebody else: whether one has voted does not matter.
  expect(listInput({ view: "delegated" }, now)).toEqual({ inbox: true, order: "due", only: "delegated" });
  expect(listInput({ view: "soon" }, now)).toEqual(listInput({ view: "soon" }, now + 60_000));
});

test("what is shown is too old to decide on once the server was not heard for a minute", () => {
  const heardAt = now - staleMs;
  expect(isStale({ connection: "lost", heardAt }, now)).toBe(false);
  expect(isStale({ connection: "lost", heardAt }, now + 1)).toBe(true);
  expect(isStale({ connection: "connecting", heardAt }, now + 1)).toBe(true);
  expect(isStale({ connection: "open", heardAt }, now + 1)).toBe(false);
  expect(isStale({ connection: "connecting", heardAt: null }, now)).toBe(false);
});

test("every kind of field that a ui_schema has becomes a control, and its answer what the hold takes", async () => {
  const engine = createEngine({ store: memoryStore(), workflows: [] });
  await engine.start();
  const fields = [
    { name: "verdict", type: "radio", options: ["yes", { value: "no", label: "No, never" }], required: true },
    { name: "team", type: "select", options: [{ value: 7, label: "Seven" }], label: "Which team" },
    { name: "urgent", type: "checkbox", default: true },
    { name: "amount", type: "number", min: 0, max: 10, step: 0.5, description: "In dollars" },
    { name: "day", type: "date" },
    { name: "why", type: "textarea", rows: 6, placeholder: "In a few words" },
    { name: "short", type: "text" },
  ];
  const config = { prompt: "Well?", assigned_users: ["ana"], ui_schema: { fields } };
  await pipelineLibrary(engine, { steps: {} }).put(
    {
      ...{ name: "Form", version: "1.0", steps: [{ id: "ask", name: "Ask", type: "human_input", config }] },
      flow: { start_at: "ask", paths: [{ from: "ask", to: "end" }] },
    } as never,
    { by: "ana" },
  );
  const [workflow] = engine.workflows();
  const run = await engine.run(workflow?.name ?? "", {});
  const hold = await run.hold("ask");
  const controls = fieldsOf(hold.form as never) ?? [];
  expect(controls.map(({ name, title, type }) => [name, title, type])).toEqual([
    ["verdict", "verdict", "choice"],
    ["team", "Which team", "choice"],
    ["urgent", "urgent", "boolean"],
    ["amount", "amount", "number"],
    ["day", "day", "date"],
    ["why", "why", "text"],
    ["short", "short", "text"],
  ]);
  expect(controls[0]).toMatchObject({ required: true, choices: [{ title: "yes" }, { title: "No, never" }] });
  expect(controls[5]).toMatchObject({ rows: 6, placeholder: "In a few words" });
  expect(readEntries(controls, {}).issues).toHaveProperty("verdict");
  await engine.stop();
});

test("what happens while a first answer is on its way makes that answer old, too", async () => {
  // Named at run time: with their types React's would come, and with those another HTMLElement than the browser tests have.
  const [library, ours] = ["@tanstack/react-query", "../src/data/make-old.ts"];
  const [{ QueryClient, QueryObserver }, { makeOld }] = [await import(library), await import(ours)];
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const asked = vi.fn(() => answers[asked.mock.calls.length - 1]?.promise ?? Promise.reject(new Error("a third")));
  const shown = new QueryObserver(queries, { queryKey: ["holds.list", {}], queryFn: asked });
  const leave = shown.subscribe(() => {});
  makeOld(queries, { queryKey: ["holds.list"] });
  expect(asked).toHaveBeenCalledTimes(1);
  answers[0]?.resolve("before");
  await expect.poll(() => asked.mock.calls.length).toBe(2);
  answers[1]?.resolve("after");
  await expect.poll(() => shown.getCurrentResult().data).toBe("after");
  expect(asked).toHaveBeenCalledTimes(2);
  leave();
  queries.clear();
});
