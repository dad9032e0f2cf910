import { beforeEach, describe, expect, test } from "vitest";
import type { Condition } from "../condition/condition.ts";
import type { Join } from "../definition/definition.ts";
import { Example, step, to, waits } from "./patterns.fixture.ts";

// The 43 control-flow patterns of the Workflow Patterns initiative (van der Aalst, ter Hofstede, Kiepuszewski, Barros 2003;
// Russell, ter Hofstede, van der Aalst, Mulyar 2006), each as the smallest flow that shows it.

let example: Example;
beforeEach(() => {
  example = new Example();
});

const is = (path: string, value: string | number): Condition => ({ type: "compare", path, operator: "equals", value });
const truthy = (path: string): Condition => ({ type: "truthy", path });

describe("basic control flow", () => {
  test("WCP-1 sequence", async () => {
    await example.run(example.flow({ nodes: [step("a"), step("b")], edges: [to("a", "b")] }));
    expect(example.log).toEqual(["a", "b"]);
  });

  test("WCP-2 parallel split", async () => {
    await example.run(example.flow({ nodes: [step("a"), step("b"), step("c")], edges: [to("a", "b"), to("a", "c")] }));
    expect(example.log).toEqual(["a", "b", "c"]);
    expect(example.most).toBe(2);
  });

  test("WCP-3 synchronization", async () => {
    await example.run(
      example.flow({
        nodes: [step("a"), step("b"), step("c"), step("c2"), step("z")],
        edges: [to("a", "b"), to("a", "c"), to("c", "c2"), to("b", "z"), to("c2", "z")],
      }),
    );
    expect(example.log.at(-1)).toBe("z");
    expect(example.log.filter((id) => id === "z")).toHaveLength(1);
  });

  test("WCP-4 exclusive choice", async () => {
    const flow = example.flow({
      nodes: [step("a", { split: "first" }), step("b"), step("c")],
      edges: [to("a", "b", { when: is("value.way", "b") }), to("a", "c", { when: truthy("value.way") })],
    });
    await example.run(flow, { way: "b" });
    await example.run(flow, { way: "other" });
    expect(example.log).toEqual(["a", "b", "a", "c"]);
  });

  test("WCP-5 simple merge", async () => {
    const flow = example.flow({
      nodes: [step("a", { split: "first" }), step("b"), step("c"), step("z")],
      edges: [to("a", "b", { when: is("value.way", "b") }), to("a", "c"), to("b", "z"), to("c", "z")],
    });
    await example.run(flow, { way: "b" });
    await example.run(flow, {});
    expect(example.log).toEqual(["a", "b", "z", "a", "c", "z"]);
  });
});

describe("advanced branching and synchronization", () => {
  /** a splits by conditions on its input into b, c and d, which meet in z. */
  const multi = (join: Join) =>
    example.flow({
      nodes: [step("a"), step("b"), step("c"), step("d"), step("z", { join })],
      edges: [
        ...["b", "c", "d"].map((id) => to("a", id, { when: truthy(`value.${id}`) })),
        ...["b", "c", "d"].map((id) => to(id, "z")),
      ],
    });

  test("WCP-6 multi-choice", async () => {
    await example.run(multi("all"), { b: true, d: true });
    expect(example.log).toEqual(["a", "b", "d", "z"]);
  });

  test("WCP-7 structured synchronizing merge", async () => {
    await example.run(multi("all"), { b: true, c: true, d: true });
    await example.run(multi("all"), { c: true });
    expect(example.log).toEqual(["a", "b", "c", "d", "z", "a", "c", "z"]);
  });

  test("WCP-8 multi-merge", async () => {
    await example.run(multi("any"), { b: true, c: true });
    expect(example.log.filter((id) => id === "z")).toHaveLength(2);
  });

  /** a goes to b, and to c, which waits for a message; both lead to z, and z to y. */
  const late = (join: Join) =>
    example.flow({
      nodes: [step("a"), step("b"), waits("go"), step("c"), step("z", { join }), step("y")],
      edges: [to("a", "b"), to("a", "go"), to("go", "c"), to("b", "z"), to("c", "z"), to("z", "y")],
    });

  test("WCP-9 structured discriminator", async () => {
    await example.run(late("first"), {}, async (run, engine) => {
      await engine.advance("1s");
      expect(example.log).toEqual(["a", "b", "z", "y"]);
      await run.signal("go", 1);
    });
    expect(example.log).toEqual(["a", "b", "z", "y", "c"]);
  });

  /** Two branches lead to z, and the first of them comes twice before the second has come at all. */
  const twice = (join: Join) =>
    example.flow({
      nodes: [
        step("a"),
        step("b", { join: "any" }),
        waits("again", { join: "any" }),
        step("c", { join: "any" }),
        waits("go", { join: "any" }),
        step("z", { join }),
      ],
      edges: [to("a", "b", { threads: 2 }), to("a", "go", { threads: 2 }), to("go", "c"), to("b", "z"), to("c", "z")],
    });

  test("WCP-28 blocking discriminator", async () => {
    // b comes twice: the second is not taken in, but kept for the next round, which begins when both have come once.
    await example.run(twice("first"), {}, async (run) => {
      for (let i = 0; i < 2; i++) await run.signal("go", i);
    });
    expect(example.log.filter((id) => id === "z")).toHaveLength(2);
  });

  test("WCP-29 cancelling discriminator", async () => {
    await example.run(late({ count: 1, cancel: true }));
    expect(example.log).toEqual(["a", "b", "z", "y"]);
  });

  /** a goes three ways, one of which waits; they meet in z. */
  const three = (join: Join) =>
    example.flow({
      nodes: [step("a"), step("b"), step("c"), waits("go"), step("d"), step("z", { join })],
      edges: [to("a", "b"), to("a", "c"), to("a", "go"), to("go", "d"), to("b", "z"), to("c", "z"), to("d", "z")],
    });

  test("WCP-30 structured partial join", async () => {
    await example.run(three({ count: 2 }), {}, async (run, engine) => {
      await engine.advance("1s");
      expect(example.log).toEqual(["a", "b", "c", "z"]);
      await run.signal("go", 1);
    });
    expect(example.log).toEqual(["a", "b", "c", "z", "d"]);
  });

  test("WCP-31 blocking partial join", async () => {
    const flow = example.flow({
      nodes: [step("a"), ...["b", "c", "d"].map((id) => step(id, { join: "any" })), step("z", { join: { count: 2 } })],
      edges: [...["b", "c", "d"].map((id) => to("a", id, { threads: 2 })), ...["b", "c", "d"].map((id) => to(id, "z"))],
    });
    await example.run(flow);
    expect(example.log.filter((id) => id === "z")).toHaveLength(2);
  });

  test("WCP-32 cancelling partial join", async () => {
    await example.run(three({ count: 2, cancel: true }));
    expect(example.log).toEqual(["a", "b", "c", "z"]);
  });

  test("WCP-33 generalised AND-join", async () => {
    // Each branch comes twice: z runs twice, each time with one of each, whatever order they came in.
    await example.run(twice({ count: 2 }), {}, async (run) => {
      for (let i = 0; i < 2; i++) await run.signal("go", i);
    });
    expect(example.log.filter((id) => id === "z")).toHaveLength(2);
    expect(example.log.indexOf("z")).toBeGreaterThan(example.log.indexOf("c"));
  });

  test("WCP-37 acyclic synchronizing merge", async () => {
    const flow = example.flow({
      nodes: [step("a"), step("b"), step("c"), step("d"), step("e"), step("z")],
      edges: [
        to("a", "b", { when: truthy("value.b") }),
        to("a", "c", { when: truthy("value.c") }),
        to("c", "d"),
        to("c", "e", { when: truthy("value.e") }),
        to("b", "z"),
        to("d", "z"),
        to("e", "z"),
      ],
    });
    await example.run(flow, { b: true, c: true });
    expect(example.log).toEqual(["a", "b", "c", "d", "z"]);
  });

  test("WCP-38 general synchronizing merge", async () => {
    // c goes round a loop before it comes: z waits for it, because it still can come.
    const flow = example.flow(
      {
        nodes: [step("a"), step("b"), step("c"), step("z")],
        edges: [
          to("a", "b"),
          to("a", "c"),
          to("c", "c", { when: { type: "compare", path: "turns", operator: "less_than", value: 3 } }),
          to("c", "z", { otherwise: true }),
          to("b", "z"),
        ],
        data: { kind: "state", rules: { turns: { uses: "sum" } }, initial: { turns: 0 } },
      },
      {
        steps: {
          c: {
            run: () => {
              example.log.push("c");
              return { turns: 1 };
            },
          },
        },
        functions: { sum: (a: number, b: number) => a + b },
      },
    );
    await example.run(flow);
    expect(example.log.filter((id) => id === "c")).toHaveLength(3);
    expect(example.log.at(-1)).toBe("z");
  });

  test("WCP-41 thread merge", async () => {
    const flow = example.flow({
      nodes: [step("a"), step("b", { join: "any" }), step("z", { join: { threads: 3 } })],
      edges: [to("a", "b", { threads: 3 }), to("b", "z")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b", "b", "b", "z"]);
  });

  test("WCP-42 thread split", async () => {
    const flow = example.flow({
      nodes: [step("a"), step("b", { join: "any" })],
      edges: [to("a", "b", { threads: 3 })],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b", "b", "b"]);
  });
});
