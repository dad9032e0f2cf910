import type { WorkflowContext } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import type { Agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import type { PatternInput, PatternResult } from "./pattern.ts";
import { said } from "./voice.ts";

/** Who works in a crew or behind a router: an agent, or a pattern as a run of its own (another crew, for one). */
export type Member = Agent<never> | Agent<unknown> | Flow<PatternInput, PatternResult<never>>;

const isFlow = (member: Member): member is Flow<PatternInput, PatternResult<never>> => "definition" in member;

/** For whoever chooses among them: the name, and what it is good for. */
export function introduced(member: Member): string {
  const description = isFlow(member) ? member.definition.description : member.options.description;
  return description ? `${member.name}: ${description}` : member.name;
}

/** Lets it work, and gives what it says. One that comes to no answer says that, and why. */
export async function workOf(ctx: WorkflowContext, member: Member, task: string): Promise<string> {
  if (!isFlow(member)) return (await agentStep(ctx, member as Agent<unknown>, task)).text;
  const { answer, outcome } = (await ctx.child(member, { task })) as PatternResult<unknown>;
  return answer === null ? `(no answer: ${outcome})` : said(answer);
}
