import { models, scriptedModel } from "@holdpoint/ai";

/** What it says for each field that a step asks for. A prompt that speaks of an earlier try gets a better answer. */
const says: Readonly<Record<string, (prompt: string, seed: number) => unknown>> = {
  task: () => "do your part",
  answer: (prompt, seed) => {
    if (prompt.includes("Your draft:")) return "17 + 25 is 42.";
    if (prompt.includes("What the sides said")) return "yes";
    if (prompt.includes("You are sceptic in a debate")) return prompt.includes("What was said:\n(none)") ? "no" : "yes";
    if (prompt.includes("in a debate")) return "yes";
    return seed === 2 || prompt.includes("your last answer: (none)") ? "41" : "42";
  },
  valid: (prompt) => !prompt.includes("The answer:\n41"),
  approved: (prompt) => !prompt.includes("The draft:\n42\n"),
  broken: (prompt) => prompt.includes("promises nothing") && prompt.includes("The draft:\n42\n"),
  done: (prompt) => prompt.includes("Still planned:\n(none)"),
  agree: (prompt) => !prompt.includes("(answer: no)"),
  solved: (prompt) => prompt.includes("2. "),
  enough: (prompt) => prompt.includes("["),
  score: () => 0.9,
  confidence: (prompt) => (prompt.includes("Strategy: guess") ? 0.4 : 0.9),
  steps: (prompt) => (prompt.includes("Still planned") ? ["check it"] : ["work it out", "check it"]),
  thoughts: () => ["add the tens", "add the ones"],
  strategy: (prompt) => (prompt.includes("guess (") ? "count" : "guess"),
  query: () => "returned days",
  relevant: () => ["returns#0"],
  citations: () => ["returns#0"],
  route: () => "questions",
  next: (prompt) => (prompt.includes("writer: ") && !prompt.includes("(none)") ? "finish" : "researcher"),
  tasks: () => [{ member: "researcher", task: "find out" }],
};

/**
 * Stands in for a model as long as HOLDPOINT_MODEL names none: it does not think, it says what stands here, whatever the task is.
 */
export const scripted = scriptedModel(({ messages, output, seed = 1 }, { turn }) => {
  const prompt = String(messages.findLast(({ role }) => role === "user")?.content);
  if (output) {
    const { properties = {} } = output.schema as { properties?: Record<string, { type?: string }> };
    const fields = Object.entries(properties).map(([name, { type }]) => [name, saidOf(name, type, prompt, seed)]);
    return { output: Object.fromEntries(fields) };
  }
  const calculates = JSON.stringify(messages[0]).includes("You calculate");
  if (calculates && turn === 1) return { calls: [{ name: "add", args: { a: 17, b: 25 } }] };
  return calculates ? "It is 42." : "What I found: it is 42.";
}, "patterns");

function saidOf(name: string, type: string | undefined, prompt: string, seed: number): unknown {
  const said = says[name];
  if (said) return said(prompt, seed);
  return type === "array" ? (name === "problems" ? ["look again"] : ["17 + 25", "is 42"]) : `a scripted ${name}`;
}

/** HOLDPOINT_MODEL=anthropic/claude-sonnet-4-5 with ANTHROPIC_API_KEY set, or ollama/llama3.2 for a server on this machine. */
export const ai = models({ default: process.env.HOLDPOINT_MODEL || scripted });
