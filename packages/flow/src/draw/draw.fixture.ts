import type { FlowDefinition } from "../definition/definition.ts";

/** A text with everything in it that some drawing's language could take for its own. */
export const nasty = 'a "quoted" \\ back\\n <b>&amp;</b> `tick` {x} [y] |z| #35; ;%% --> *bold*';

const inner = (name: string, uses = "work"): FlowDefinition => ({
  name,
  nodes: [
    { id: "one", kind: "step", uses },
    { id: "two", kind: "step", uses, label: nasty },
  ],
  edges: [{ from: "one", to: "two", label: "then" }],
  entry: ["one"],
});

/** A flow with every kind of node. */
export const everyKind: FlowDefinition = {
  name: `every "kind"`,
  description: "Drawn <here>",
  nodes: [
    { id: "load", kind: "step", uses: "load" },
    { id: "charge", kind: "step", uses: "charge", retry: { attempts: 3 } },
    { id: "sums", kind: "map", uses: "sums" },
    { id: "code", kind: "code", uses: "code" },
    { id: "sign", kind: "approve", request: { title: "Sign?" } },
    { id: "ask", kind: "hold", request: { title: "Which?" }, label: nasty },
    { id: "rest", kind: "sleep", time: { for: "1h" } },
    { id: "paid", kind: "signal", signal: "paid" },
    { id: "sub", kind: "child", workflow: "refund" },
    { id: "part", kind: "flow", flow: inner("part") },
    { id: "both", kind: "parallel", branches: { [nasty]: inner("left"), right: inner("right") } },
    { id: "fastest", kind: "race", branches: { a: inner("a"), b: inner("b") } },
    {
      id: "which",
      kind: "choose",
      take: "first",
      cases: [{ name: "big", when: { type: "truthy", path: "x" }, flow: inner("big") }],
      otherwise: inner("small"),
    },
    { id: "each", kind: "foreach", body: inner("each") },
    {
      id: "again",
      kind: "repeat",
      until: { type: "compare", path: "n", operator: "greater_than", value: 3 },
      body: {
        ...inner("again"),
        nodes: [{ id: "deeper", kind: "flow", flow: inner("deeper") }],
        edges: [],
        entry: ["deeper"],
      },
    },
    { id: "careful", kind: "try", body: inner("body"), onError: inner("sorry") },
    { id: "meet", kind: "gate", terminal: { type: "compare", path: "n", operator: "equals", value: 'a"b' } },
    { id: "stop", kind: "end", fail: "no" },
  ],
  edges: [
    {
      from: "load",
      to: "charge",
      when: { type: "compare", path: "order.total", operator: "greater_than", value: 100 },
    },
    { from: "load", to: "sums", otherwise: true },
    { from: "load", to: "load", when: { type: "truthy", path: "again" } },
    { from: "charge", to: "code", threads: 2 },
    { from: "sums", to: "code", label: nasty },
    { from: "code", to: "sign" },
    { from: "sign", to: "ask", when: { type: "compare", path: "name", operator: "equals", value: 'a "b" <c>' } },
    ...["ask", "rest", "paid", "sub", "part", "both", "fastest", "which", "each", "again", "careful", "meet"].map(
      (from, i, all) => ({ from, to: all[i + 1] ?? "stop" }),
    ),
  ],
  entry: ["load"],
};
