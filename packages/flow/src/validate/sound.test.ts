import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { makeFlow } from "../interpret/flow.ts";
import { validateFlow } from "./validate.ts";

/** Numbers that are the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A flow without conditions: what it does, its shape alone decides. Some nodes write the key "k". */
function randomFlow(seed: number, loops: boolean): FlowDefinition {
  const roll = dice(seed);
  const size = 4 + Math.floor(roll() * 6);
  const nodes = Array.from({ length: size }, (_, i): NodeDefinition => {
    const writes = roll() < 0.45;
    return { id: `n${i}`, kind: "map", uses: writes ? "writes" : "nothing", ...(writes && { outputs: ["k"] }) };
  });
  const edges: EdgeDefinition[] = [];
  for (let i = 0; i < size; i++) {
    for (let k = loops ? 0 : i + 1; k < size; k++) {
      if (roll() < (k > i ? 0.3 : 0.06)) edges.push({ from: `n${i}`, to: `n${k}` });
    }
  }
  return { name: "random", nodes, edges, entry: ["n0"], data: { kind: "state" }, limits: { maxIterations: 300 } };
}

/** How it ends: "ok", or the code of its failure. */
async function endOf(definition: FlowDefinition): Promise<string> {
  const registry = { functions: { writes: () => ({ k: 1 }), nothing: () => ({}) } };
  const flow = makeFlow(definition, registry);
  await using engine = createTestEngine({ workflows: [flow] });
  const run = await engine.run(flow, null, { id: "r1" });
  return await run.result().then(
    () => "ok",
    (error: { cause?: { code?: string } }) => error.cause?.code ?? String(error),
  );
}

const codes = (definition: FlowDefinition): string[] =>
  validateFlow(definition)
    .filter(({ severity }) => severity === "error")
    .map(({ code }) => code);

/** The same without what lets validation see that its writers clash. */
const undeclared = (definition: FlowDefinition): FlowDefinition => ({
  ...definition,
  nodes: definition.nodes.map(({ outputs: _outputs, ...node }) => node as NodeDefinition),
});

test("without conditions, exactly those flows are refused for a conflict whose runs have one", async () => {
  const seen = { conflict: 0, fine: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const definition = randomFlow(seed, false);
    const end = await endOf(undeclared(definition));
    expect([seed, codes(definition).includes("state-conflict")]).toEqual([seed, end === "STATE_CONFLICT"]);
    seen[end === "ok" ? "fine" : "conflict"]++;
  }
  expect(Math.min(seen.conflict, seen.fine)).toBeGreaterThan(20);
});

test("without conditions, exactly those flows are refused as endless whose runs never end", async () => {
  const seen = { endless: 0, fine: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const definition: FlowDefinition = {
      ...undeclared(randomFlow(seed, true)),
      data: { kind: "state", anyKey: "replace" },
    };
    const refused = codes(definition).some((code) => code === "endless-loop" || code === "no-end");
    // A flow that is refused is run with a way out that is never taken.
    const [first, ...rest] = definition.nodes as [NodeDefinition, ...NodeDefinition[]];
    const never = { type: "exists", path: "nothing" } as const;
    const runnable = { ...definition, nodes: [first, ...rest].map((node) => ({ ...node, terminal: never })) };
    const end = await endOf(refused ? (runnable as FlowDefinition) : definition);
    expect([seed, refused]).toEqual([seed, end === "ITERATION_LIMIT"]);
    seen[refused ? "endless" : "fine"]++;
  }
  expect(Math.min(seen.endless, seen.fine)).toBeGreaterThan(20);
});
