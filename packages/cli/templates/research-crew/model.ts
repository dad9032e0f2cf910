import { models, scriptedModel } from "@holdpoint/ai";

/**
 * Stands in for a model as long as HOLDPOINT_MODEL names none: it does not think, it says what stands here. Which agent asks is read off
 * its instructions.
 */
export const scripted = scriptedModel(({ messages }, { turn }) => {
  const [system, question] = messages;
  const who = JSON.stringify(system);
  if (who.includes("You look things up")) {
    if (turn === 1) return { calls: [{ name: "search", args: { query: "hold points" } }] };
    return "A hold point is where work may not go on until somebody has looked [iso]. They cost time [survey].";
  }
  if (who.includes("You edit")) {
    return {
      output: { title: "Hold points", body: "Work stops where somebody must look [iso]; that costs time [survey]." },
    };
  }
  const topic = question?.role === "user" ? String(question.content) : "";
  if (turn === 1) return { calls: [{ name: "researcher", args: { task: `What is known of: ${topic}` } }] };
  return { calls: [{ name: "handoff_to_editor" }] };
}, "research-crew");

/** HOLDPOINT_MODEL=anthropic/claude-sonnet-4-5 with ANTHROPIC_API_KEY set, or ollama/llama3.2 for a server on this machine. */
export const ai = models({ default: process.env.HOLDPOINT_MODEL || scripted });
