import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";

/** Parts as they are recorded: pieces of one text in a row are one piece, and what keeps a connection open is nothing. */
export function joinParts(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4StreamPart[] {
  const joined: LanguageModelV4StreamPart[] = [];
  for (const part of parts) {
    if (part.type === "ping" || part.type === "raw") continue;
    const last = joined.at(-1);
    const isDelta = part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-input-delta";
    if (isDelta && last?.type === part.type && last.id === part.id && !part.providerMetadata) {
      joined[joined.length - 1] = { ...last, delta: last.delta + part.delta };
    } else joined.push(part);
  }
  return joined;
}
