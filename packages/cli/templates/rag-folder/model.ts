import { models, scriptedModel } from "@holdpoint/ai";

/**
 * Stands in for a model as long as HOLDPOINT_MODEL names none: it does not think. It repeats the passage that was found first and names
 * it, and says that it does not know where no passage shares two longer words with the question.
 */
export const scripted = scriptedModel(({ messages }) => {
  const { question, passages } = JSON.parse(String(messages.at(-1)?.content)) as {
    question: string;
    passages: { id: string; text: string }[];
  };
  const words = question.toLowerCase().match(/[a-z]{5,}/g) ?? [];
  const fits = passages.find(({ text }) => words.filter((word) => text.toLowerCase().includes(word)).length >= 2);
  if (!fits) return { output: { answer: "The handbook does not say.", sources: [], confidence: 0.2 } };
  return { output: { answer: fits.text.replace(/^#.*$/gm, "").trim(), sources: [fits.id], confidence: 0.95 } };
}, "rag-folder");

/** HOLDPOINT_MODEL=anthropic/claude-sonnet-4-5 with ANTHROPIC_API_KEY set, or ollama/llama3.2 for a server on this machine. */
export const ai = models({ default: process.env.HOLDPOINT_MODEL || scripted });
