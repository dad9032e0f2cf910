import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Spoken, spoken, typedValue, valueTyped, written } from "../src/screens/builder/document/conditions.ts";
import {
  addStep,
  connect,
  emptyPipeline,
  freeId,
  removeStep,
  removeWay,
  renameStep,
  setField,
  setStart,
} from "../src/screens/builder/document/edits.ts";
import { begin, changed, redone, undone } from "../src/screens/builder/document/history.ts";
import { setAt } from "../src/screens/builder/document/json-edit.ts";
import { parseText, rangeOf } from "../src/screens/builder/document/json-text.ts";
import { placeOf, shownPipeline } from "../src/screens/builder/document/pipeline.ts";

const templates = new URL("../../flow/templates/", import.meta.url);
const documents = readdirSync(templates).map((file) => [file, readFileSync(new URL(file, templates), "utf8")] as const);

type Document = Record<string, unknown> & {
  steps: Record<string, unknown>[];
  flow: { start_at: unknown } & Record<string, unknown[]>;
};
const documentOf = (text: string): Document => JSON.parse(text) as Document;

/** Documents with fields that nobody knows everywhere, written with any spaces. */
const unknown = fc.dictionary(
  fc.string({ minLength: 1 }).map((key) => `x ${key}`),
  fc.jsonValue(),
  { maxKeys: 3 },
);
const anyPipeline = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 6 })
  .chain((ids) =>
    fc.record({
      extra: unknown,
      steps: fc.tuple(...ids.map((id) => unknown.map((rest) => ({ ...rest, id })))),
      ways: fc.array(
        fc
          .tuple(fc.constantFrom(...ids), fc.constantFrom(...ids, "end"), unknown, fc.boolean())
          .map(([from, to, rest, long]) => (long ? { ...rest, from_step: from, to_step: to } : { ...rest, from, to })),
        { maxLength: 8 },
      ),
      list: fc.constantFrom("paths", "transitions"),
      start: fc.constantFrom(ids[0], [ids[0]]),
      space: fc.constantFrom(undefined, 2, 4, "\t"),
    }),
  )
  .map(({ extra, steps, ways, list, start, space }) =>
    JSON.stringify({ ...extra, name: "drawn", steps, flow: { start_at: start, [list]: ways } }, null, space),
  );

describe("what the builder changes is all that changes", () => {
  test("a step that is added, connected, renamed and removed again leaves any document as it was", () => {
    fc.assert(
      fc.property(anyPipeline, (text) => {
        const before = shownPipeline(documentOf(text));
        const [first] = before.steps;
        const id = freeId("New Step", before);
        const added = addStep({ id, type: "human_input" }, { after: first?.id ?? "" })(text);
        const renamed = renameStep(before.steps.length, `${id}_again`)(added);
        const shown = shownPipeline(documentOf(renamed));
        expect(shown.steps).toHaveLength(before.steps.length + 1);
        expect(shown.ways.at(-1)).toMatchObject({ from: first?.id, to: `${id}_again` });
        expect(removeStep(before.steps.length)(renamed)).toBe(text);
      }),
    );
  });

  test("removing a step takes its ways and nothing else; every other step and way is as it was", () => {
    fc.assert(
      fc.property(anyPipeline, fc.nat(5), (text, n) => {
        const { steps } = documentOf(text);
        const index = n % steps.length;
        const { id } = steps[index] as { id: string };
        const expected = documentOf(text);
        expected.steps.splice(index, 1);
        const touches = (way: unknown): boolean =>
          Object.entries(way as object).some(([key, to]) => /^(from|to)/.test(key) && to === id);
        for (const list of ["paths", "transitions"])
          if (expected.flow[list]) expected.flow[list] = expected.flow[list].filter((way) => !touches(way));
        if ([expected.flow.start_at].flat().includes(id)) expected.flow.start_at = [];
        expect(documentOf(removeStep(index)(text))).toEqual(expected);
      }),
    );
  });

  test("a field that is set and taken away again leaves what stands around it in the very same characters", () => {
    for (const [name, text] of documents) {
      const set = setField(["steps", 0, "name"], "Somebody")(text);
      expect(documentOf(set).steps[0], name).toMatchObject({ name: "Somebody" });
      const { name: was } = documentOf(text).steps[0] as { name: string };
      expect(setField(["steps", 0, "name"], was)(set), name).toBe(text);
      const noted = setAt(text, ["steps", 0, "note"], { any: [1, "x"] });
      expect(setAt(noted, ["steps", 0, "note"], undefined), name).toBe(text);
    }
  });

  test("numbers that JavaScript cannot hold, and odd spacing, stay where nothing is changed", () => {
    const text = `{ "name":"n",\r\n\t"big": 12345678901234567890.10,   "steps":[{"id":"a","x":1e400}],"flow":{"start_at":"a","paths":[]}}`;
    const out = connect("a", "end")(setField(["name"], "m")(text));
    expect(out).toContain('"big": 12345678901234567890.10,   "steps":[{"id":"a","x":1e400}]');
    expect(out).toContain('"name":"m"');
  });
});

test("each template is read as it is drawn, and taking all its steps out leaves what is not steps", () => {
  expect(documents).toHaveLength(12);
  for (const [name, text] of documents) {
    const before = documentOf(text);
    const shown = shownPipeline(before);
    expect(shown.editable, name).toBe(true);
    expect(shown.steps.map(({ id }) => id)).toEqual(before.steps.map(({ id }) => id));
    const emptied = shown.steps.reduce((at) => removeStep(0)(at), text);
    expect(documentOf(emptied)).toEqual({ ...before, steps: [], flow: { ...before.flow, start_at: [], paths: [] } });
  }
});

test("a pipeline is made from nothing: the first step begins it, others follow, one goes in between", () => {
  let text = addStep({ id: "a" }, null)(emptyPipeline("From nothing"));
  text = addStep({ id: "c" }, { after: "a" })(text);
  text = addStep({ id: "b" }, { into: ["flow", "paths", 0] })(text);
  text = connect("c", "end")(text);
  expect(documentOf(text).flow).toEqual({
    start_at: "a",
    paths: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "c", to: "end" },
    ],
  });
  text = setStart("c", true)(text);
  expect(documentOf(text).flow.start_at).toEqual(["a", "c"]);
  expect(documentOf(removeWay(["flow", "paths", 1])(text)).flow.paths).toHaveLength(2);
  expect(documentOf(renameStep(0, "z")(text)).flow).toMatchObject({
    start_at: ["z", "c"],
    paths: [{ from: "z", to: "b" }, {}, {}],
  });
});

test("whatever stands in a document, it is shown, and edits of it throw nothing where it says that it can be edited", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ name: fc.jsonValue(), steps: fc.jsonValue(), flow: fc.jsonValue() })),
      (value) => {
        const text = JSON.stringify(value);
        const shown = shownPipeline(JSON.parse(text));
        if (!shown.editable) return;
        const added = addStep({ id: "new one" }, null)(text);
        expect(documentOf(added).steps.at(-1)).toEqual({ id: "new one" });
        for (const { index } of shown.steps) JSON.parse(removeStep(index)(renameStep(index, "other")(text)));
      },
    ),
  );
});

test("what the server says of a place leads to it", () => {
  const text = documents.find(([name]) => name === "feedback_loop.json")?.[1] ?? "";
  const shown = shownPipeline(documentOf(text));
  expect(placeOf("flow.paths[2].condition", shown)).toEqual(["flow", "paths", 2, "condition"]);
  expect(placeOf("steps.critic", shown)).toEqual(["steps", 1]);
  const { from, to } = rangeOf(text, ["steps", 1, "nowhere"]);
  expect(JSON.parse(text.slice(from, to))).toMatchObject({ id: "critic" });
  expect(parseText('{ "a": }').error?.offset).toBe(7);
});

describe("conditions in words", () => {
  test("are read in the spellings of documents; what cannot be said is left alone", () => {
    expect(spoken(undefined)).toEqual({ kind: "always" });
    expect(spoken({ type: "default" })).toEqual({ kind: "else" });
    const short = { type: "expression", config: { source: "score.value", operator: "gt", value: 0.7, note: "n" } };
    expect(spoken(short)).toMatchObject({ claims: [{ source: "score.value", test: "greater_than", value: 0.7 }] });
    expect(spoken({ type: "not", condition: { type: "truthy", path: "critic.approved" } })).toMatchObject({
      claims: [{ source: "critic.approved", test: "no" }],
    });
    expect(spoken({ type: "cel", expression: "a > 1" })).toEqual({ kind: "other" });
    expect(spoken({ type: "all", conditions: [short, { type: "visited_less_than", config: {} }] })).toEqual({
      kind: "other",
    });
  });

  test("writing one that was only read changes nothing, and a change keeps what stands beside it", () => {
    const conditions = [
      { type: "expression", config: { source: "score.value", operator: "gt", value: 0.7, note: "n" } },
      { type: "compare", path: "a", operator: "equals", value: null, why: "because" },
      {
        type: "any",
        note: 1,
        conditions: [
          { type: "truthy", path: "a" },
          { type: "not", condition: { type: "exists", path: "b" } },
        ],
      },
      "else",
    ];
    for (const condition of conditions) expect(written(spoken(condition))).toEqual(condition);
    const read = spoken(conditions[0]) as Spoken & { kind: "claims" };
    const [claim] = read.claims;
    expect(written({ ...read, claims: [{ ...(claim as (typeof read.claims)[0]), value: 0.9 }] })).toEqual({
      type: "expression",
      config: { source: "score.value", operator: "gt", value: 0.9, note: "n" },
    });
  });

  test("a value is typed as it is meant, and comes back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(valueTyped(typedValue(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

test("what is typed in one go is taken back at once, and brought again", () => {
  let history = begin("a");
  history = changed(history, "ab", "json", 1000);
  history = changed(history, "abc", "json", 1100);
  history = changed(history, "abcd", "name", 1200);
  history = undone(history);
  expect(history.text).toBe("abc");
  history = undone(history);
  expect(history.text).toBe("a");
  expect(redone(redone(history)).text).toBe("abcd");
  expect(undone(undone(history)).text).toBe("a");
});
