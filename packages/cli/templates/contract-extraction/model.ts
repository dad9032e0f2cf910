import { models, scriptedModel } from "@holdpoint/ai";

/**
 * Stands in for a model as long as HOLDPOINT_MODEL names none: it does not think, it finds what these patterns find, and says that it is
 * unsure where they find nothing.
 */
export const scripted = scriptedModel(({ messages }) => {
  const text = messages.map(({ content }) => (typeof content === "string" ? content : "")).join("\n");
  const found = (pattern: RegExp, otherwise: string) => {
    const value = pattern.exec(text)?.[1];
    return value === undefined ? { value: otherwise, confidence: 0.3 } : { value, confidence: 0.96 };
  };
  return {
    output: {
      parties: found(/between (.+? and .+?)[,.]/, "unknown"),
      notice: found(/notice of (\d+ (?:days|months))/, "30 days"),
      fee: found(/(\$\d[\d,]*)/, "unknown"),
    },
  };
}, "contract-extraction");

/** HOLDPOINT_MODEL=anthropic/claude-sonnet-4-5 with ANTHROPIC_API_KEY set, or ollama/llama3.2 for a server on this machine. */
export const ai = models({ default: process.env.HOLDPOINT_MODEL || scripted });
