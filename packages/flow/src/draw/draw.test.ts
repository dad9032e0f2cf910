import * as dagre from "@dagrejs/dagre";
import { describe, expect, test } from "vitest";
import type { FlowDefinition } from "../definition/definition.ts";
import { toDot } from "./dot.ts";
import { everyKind, nasty } from "./draw.fixture.ts";
import { layout, type Placed } from "./layout.ts";
import { toMermaid } from "./mermaid.ts";
import { pictureOf } from "./picture.ts";
import { toSvg } from "./svg.ts";

const review: FlowDefinition = {
  name: "review",
  nodes: [
    { id: "write", kind: "step", uses: "write", retry: { attempts: 2 } },
    { id: "sign", kind: "approve", request: { title: "Sign?" } },
    { id: "both", kind: "parallel", branches: { a: hello("a"), b: hello("b") } },
    { id: "done", kind: "gate", terminal: { type: "truthy", path: "sign.approved" } },
  ],
  edges: [
    { from: "write", to: "sign" },
    { from: "sign", to: "write", when: { type: "not", condition: { type: "truthy", path: "sign.approved" } } },
    { from: "sign", to: "both", otherwise: true },
    { from: "both", to: "done", label: "all told" },
    { from: "done", to: "write", threads: 2 },
  ],
  entry: ["write"],
};

function hello(name: string): FlowDefinition {
  return { name, nodes: [{ id: "greet", kind: "step", uses: "greet" }], edges: [], entry: ["greet"] };
}

describe("as Graphviz", () => {
  test("nodes have their colours, edges their conditions in words, flows inside are clusters", () => {
    expect(toDot(review)).toMatchInlineSnapshot(`
      "digraph "review" {
        rankdir=TB;
        compound=true;
        node [style=filled, fontname="sans-serif"];
        edge [fontname="sans-serif"];
        begin [label="start", shape=circle, fillcolor="#d3d3d3"];
        n0 [label="write", shape=box, fillcolor="#90ee90"];
        n1 [label="sign\\napproval", shape=octagon, fillcolor="#e6d5f5"];
        subgraph "cluster_n2" {
          label="both";
          style="filled,rounded";
          fillcolor="#ffffe0";
          n2 [shape=point, style=invis];
          n2_out [shape=point, style=invis];
          subgraph "cluster_n2_0" {
            label="a";
            style="dashed";
            n2_0_n0 [label="greet", shape=box, fillcolor="#add8e6"];
          }
          n2 -> n2_0_n0 [style=invis];
          n2_0_n0 -> n2_out [style=invis];
          subgraph "cluster_n2_1" {
            label="b";
            style="dashed";
            n2_1_n0 [label="greet", shape=box, fillcolor="#add8e6"];
          }
          n2 -> n2_1_n0 [style=invis];
          n2_1_n0 -> n2_out [style=invis];
        }
        n3 [label="done", shape=diamond, fillcolor="#ffffff"];
        finish [label="end", shape=doublecircle, fillcolor="#f08080"];
        begin -> n0;
        n0 -> n1;
        n1 -> n0 [label="not sign.approved"];
        n1 -> n2 [label="otherwise", lhead="cluster_n2"];
        n2_out -> n3 [label="all told", ltail="cluster_n2"];
        n3 -> n0 [label="×2"];
        n3 -> finish [label="sign.approved"];
      }
      "
    `);
  });

  test("no text gets out of its quotes", () => {
    // What is left between quotes, escapes taken out, must have no quote; what is outside must be of few words.
    const outside = toDot(everyKind).replaceAll(/"(?:[^"\\\n]|\\.)*"/g, "TEXT");
    expect(outside).not.toContain('"');
    expect(outside).not.toMatch(/quoted|tick|<b>|&/);
    expect(outside.replaceAll(/[\w\s{}[\]=;,>-]/g, "")).toBe("");
    expect(toDot(everyKind)).toContain('"a \\"quoted\\" \\\\ back\\\\n <b>&amp;amp;</b>');
  });
});

describe("as Mermaid", () => {
  test("nodes have their colours, edges their conditions in words, flows inside are subgraphs", () => {
    expect(toMermaid(review)).toMatchInlineSnapshot(`
      "flowchart TB
        begin(("start"))
        n0["write"]
        n1{{"sign<br/>approval"}}
        subgraph n2["both"]
          subgraph n2_0["a"]
            n2_0_n0["greet"]
          end
          subgraph n2_1["b"]
            n2_1_n0["greet"]
          end
        end
        n3{"done"}
        finish((("end")))
        begin --> n0
        n0 --> n1
        n1 -->|"not sign.approved"| n0
        n1 -->|"otherwise"| n2
        n2 -->|"all told"| n3
        n3 -->|"×2"| n0
        n3 -->|"sign.approved"| finish
        classDef startLook fill:#d3d3d3,stroke:#555,color:#111
        class begin startLook
        classDef carefulLook fill:#90ee90,stroke:#555,color:#111
        class n0 carefulLook
        classDef personLook fill:#e6d5f5,stroke:#555,color:#111
        class n1 personLook
        classDef stepLook fill:#add8e6,stroke:#555,color:#111
        class n2_0_n0,n2_1_n0 stepLook
        classDef gateLook fill:#ffffff,stroke:#555,color:#111
        class n3 gateLook
        classDef endLook fill:#f08080,stroke:#555,color:#111
        class finish endLook
        style n2 fill:#ffffe0,stroke:#555,color:#111
      "
    `);
  });

  test("no text gets out of its quotes, and none is read as markup", () => {
    const chart = toMermaid(everyKind);
    const texts = [...chart.matchAll(/"([^"\n]*)"/g)].map(([, text = ""]) => text);
    expect(texts.some((text) => text.includes("a #34;quoted#34;"))).toBe(true);
    for (const text of texts) expect(text.replaceAll("<br/>", "").replaceAll(/#\d+;/g, "")).not.toMatch(/["#<>&`*\\|]/);
    const outside = chart.replaceAll(/"[^"\n]*"/g, "TEXT");
    expect(outside).not.toMatch(/quoted|tick|["<&]/);
  });

  test("no key of a node is a word of Mermaid's", () => {
    const keys = [...toMermaid(everyKind).matchAll(/^ +(\w+)[[({]/gm)].map(([, key]) => key);
    expect(keys.length).toBeGreaterThan(10);
    expect(keys).not.toContain("end");
  });
});

describe("as SVG", () => {
  test("every node and every condition is there, with a place of its own", async () => {
    const svg = await toSvg(review);
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    for (const text of [
      "start",
      "write",
      "sign",
      "approval",
      "both",
      "a",
      "b",
      "greet",
      "otherwise",
      "all told",
      "end",
    ]) {
      expect(texts).toContain(text);
    }
    expect(texts.join(" ")).toContain("not sign.approved");
    expect(svg.match(/fill="#ffffe0"/g)).toHaveLength(1);
    expect(svg.match(/fill="#90ee90"/g)).toHaveLength(1);
    expect(svg.match(/data-look="start"/g)).toHaveLength(1);
    const places = [...svg.matchAll(/<g transform="translate\(([^)]*)\)"/g)].map(([, place]) => place);
    expect(places).toHaveLength(10);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  test("no node lies over another, and all are inside of what they belong to", () => {
    const check = ({ nodes, width, height }: Placed): number => {
      for (const [i, a] of nodes.entries()) {
        expect(Math.min(a.x, a.y, width - a.x - a.width, height - a.y - a.height)).toBeGreaterThanOrEqual(0);
        for (const b of nodes.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          expect(apart, `${a.node.key} and ${b.node.key}`).toBe(true);
        }
        for (const { at, drawing } of a.inside) {
          expect(
            Math.min(at.x, at.y, a.width - at.x - drawing.width, a.height - at.y - drawing.height),
          ).toBeGreaterThan(0);
        }
      }
      return nodes.reduce(
        (sum, { inside }) => sum + inside.reduce((all, { drawing }) => all + check(drawing), 0),
        nodes.length,
      );
    };
    expect(check(layout(pictureOf(everyKind), dagre))).toBeGreaterThan(40);
  });

  test("whatever texts say, it is well formed", async () => {
    const svg = await toSvg({ ...everyKind, name: `${nasty} \u0000\u0008\ud800 ]]>`, description: "</desc><script>" });
    expect(openTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/<(b|script|c)>/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
    expect(svg).not.toMatch(/[\u0000-\u0008\ud800]|&(?!(amp|lt|gt|quot|#39);)/);
    expect(svg).toContain("<desc>&lt;/desc&gt;&lt;script&gt;</desc>");
  });

  test("an edge that leads back to its own node is drawn beside it", async () => {
    const again: FlowDefinition = {
      ...hello("again"),
      edges: [{ from: "greet", to: "greet", when: { type: "truthy", path: "more" } }],
    };
    expect(await toSvg(again)).toMatch(/<path d="M(\S+) \S+L(\S+) \S+L\2 \S+L\1 \S+"/);
  });
});

/** The tags that are not closed where they must be. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  for (const [, close, name = "", self] of xml.matchAll(/<(\/?)([a-zA-Z]+)(?:\s+[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (self) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  // What is no tag must have no "<".
  const rest = xml.replaceAll(/<(\/?)([a-zA-Z]+)(?:\s+[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/g, "");
  return rest.includes("<") ? ["<"] : open;
}
