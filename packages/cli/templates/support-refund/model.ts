import { models, scriptedModel } from "@holdpoint/ai";

/**
 * Stands in for a model as long as HOLDPOINT_MODEL names none: it does not think, it says what stands here, turn by turn. It looks the
 * order up that the customer names, wants to pay it back, and says what came of it.
 */
export const scripted = scriptedModel(({ messages }, { turn }) => {
  const asked = JSON.stringify(messages.find(({ role }) => role === "user"));
  const orderId = /[A-Z]-\d+/.exec(asked)?.[0] ?? "A-7";
  const last = messages.at(-1);
  if (turn === 1) return { calls: [{ name: "look_up", args: { orderId } }] };
  const [result] = last?.role === "tool" ? last.content : [];
  if (turn === 2 && result?.outcome === "ok") {
    const { total } = result.result as { total: number };
    return { calls: [{ name: "refund", args: { orderId, amount: total, reason: "it came late" } }] };
  }
  if (result?.outcome === "ok") return `Your money for order ${orderId} is on its way back to you.`;
  return "I am sorry, I cannot pay that back. A colleague will write to you.";
}, "support-refund");

/** HOLDPOINT_MODEL=anthropic/claude-sonnet-4-5 with ANTHROPIC_API_KEY set, or ollama/llama3.2 for a server on this machine. */
export const ai = models({ default: process.env.HOLDPOINT_MODEL || scripted });
