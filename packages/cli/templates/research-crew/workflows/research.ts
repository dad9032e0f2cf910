import { agent, agentStep, agentTool, agentWorkflow, tool } from "@holdpoint/ai";
import { workflow } from "holdpoint";
import { z } from "zod";
import { search } from "../library.ts";

/** Works as a child run: with a history, costs and holds of its own. */
export const researcherFlow = agentWorkflow(
  agent({
    name: "researcher",
    instructions: "You look things up. Say only what you found, each sentence with the id of its source in brackets.",
    tools: [
      tool({
        name: "search",
        description: "Finds passages, each with an id.",
        input: z.object({ query: z.string() }),
        execute: ({ query }) => search(query),
      }),
    ],
    maxTurns: 5,
  }),
);

const Article = z.object({ title: z.string(), body: z.string() });

/** Is handed the whole conversation, and ends it. */
const editor = agent({
  name: "editor",
  description: "writes the article from what was found",
  instructions: "You edit. Write a short article from what was found. Keep the ids in brackets.",
  output: Article,
});

const lead = agent({
  name: "lead",
  instructions: "You lead a small crew. Have the researcher look things up, then hand over to the editor.",
  tools: [agentTool(researcherFlow, { name: "researcher", description: "Looks a question up, with sources." })],
  handoffs: [editor],
  output: Article,
  maxTurns: 8,
});

/** Researches a topic and writes an article, which a person publishes or does not. */
export const research = workflow(
  {
    name: "research",
    input: z.object({ topic: z.string() }),
    output: z.object({ published: z.boolean(), title: z.string(), writtenBy: z.string() }),
  },
  async (ctx, { topic }) => {
    const { output: article, agent: writtenBy } = await agentStep(ctx, lead, topic);
    const { approved } = await ctx.approve("publish", {
      title: `Publish "${article.title}"?`,
      context: { topic, ...article },
      deadline: [{ after: "7d", expire: true }],
    });
    return { published: approved, title: article.title, writtenBy };
  },
);
