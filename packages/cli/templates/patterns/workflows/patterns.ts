import {
  agent,
  agenticRag,
  chainOfThought,
  constitutional,
  crew,
  debate,
  metacognition,
  planning,
  react,
  reflection,
  router,
  selfConsistency,
  tool,
  treeOfThoughts,
} from "@holdpoint/ai";
import { z } from "zod";
import { handbook } from "../handbook.ts";

/** Reasons with its model and acts with its tools: `react` opens that loop. */
const calculator = agent({
  name: "calculator",
  description: "adds numbers",
  instructions: "You calculate. Use the tool for every sum.",
  tools: [
    tool({
      name: "add",
      description: "Adds two numbers.",
      input: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }) => a + b,
    }),
  ],
  maxTurns: 5,
});

const researcher = agent({ name: "researcher", description: "finds out", instructions: "You find out." });
const writer = agent({ name: "writer", description: "writes it up", instructions: "You write it up." });
const members = [researcher, writer];

/** Each is a workflow: start it by its name, or run it step by step on the Patterns screen of the console. Take what you need. */
export const patterns = [
  chainOfThought({ name: "chain-of-thought" }),
  react({ name: "react", agent: calculator }),
  reflection({ name: "reflection" }),
  planning({ name: "planning", maxSteps: 5 }),
  // Less than 80 % of the samples agree: a person says whether the answer counts.
  selfConsistency({ name: "self-consistency", samples: 3, holdWhen: [{ confidenceBelow: 0.8 }] }),
  treeOfThoughts({ name: "tree-of-thoughts", breadth: 2, depth: 2 }),
  debate({ name: "debate", sides: { optimist: "it can be done", sceptic: "it cannot" }, whenUnsettled: "hold" }),
  constitutional({ name: "constitutional", principles: ["It promises nothing.", "It blames nobody."] }),
  agenticRag({ name: "agentic-rag", retriever: handbook }),
  metacognition({ name: "metacognition" }),
  // A choice that is not sure enough is a person's.
  router({ name: "router", routes: { sums: calculator, questions: researcher }, unsureBelow: 0.7 }),
  crew({ name: "crew-sequential", process: "sequential", members }),
  crew({ name: "crew-parallel", process: "parallel", members }),
  crew({ name: "crew-supervisor", process: "supervisor", members }),
  crew({ name: "crew-hierarchical", process: "hierarchical", members }),
];
