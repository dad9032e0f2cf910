import { ValidationError } from "@holdpoint/core";
import { cosine } from "../../retrieval/cosine.ts";
import { type Embedder, embed } from "../../retrieval/embed.ts";
import type { Rail, RailPlaces, RailVerdict } from "../rail.ts";
import { patternOf } from "./deny-rail.ts";

/** Says how much a text is about each of these topics, 0 to 1. A classifier of yours can be one. */
export type TopicScorer = (
  text: string,
  topics: readonly string[],
  signal?: AbortSignal,
) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;

/** What `topicRail` takes. */
export interface TopicRailOptions {
  /** Where it looks. */
  on: RailPlaces;
  /** Default `topic`. */
  name?: string;
  /** Topics that may be, with their words; a text about none of them is stopped. Words may be empty with a `scorer`. */
  allow?: Readonly<Record<string, readonly string[]>>;
  /** Topics that may not be, with their words. */
  deny?: Readonly<Record<string, readonly string[]>>;
  /** Says what a text is about, in the place of words. */
  scorer?: TopicScorer;
  /** From which score on a text is about a topic. Default 0.5. */
  threshold?: number;
  /** Default `block`. */
  action?: "block" | "hold";
}

/**
 * What may be talked about: by words, or by a scorer.
 *
 * @example
 * const rail = topicRail({ on: "input", deny: { medicine: ["diagnosis", "dosage"], law: ["lawsuit"] }, action: "hold" });
 *
 * @throws ValidationError no topic is given, or one that needs words has none
 */
export function topicRail(options: TopicRailOptions): Rail {
  const { name = "topic", on, allow = {}, deny = {}, scorer, threshold = 0.5, action = "block" } = options;
  const topics = { ...allow, ...deny };
  const names = Object.keys(topics);
  const wordless = names.find((topic) => topics[topic]?.length === 0);
  const refuse = (path: string, message: string): never => {
    throw new ValidationError(`rail "${name}"`, [{ path, message }]);
  };
  if (names.length === 0) refuse("allow", "give topics to allow or to deny");
  if (!scorer && wordless !== undefined) refuse(wordless, "must have words, or give a scorer");
  const score = scorer ?? byWords(topics);
  return {
    name,
    on,
    whole: true,
    async check({ text }, { signal }): Promise<RailVerdict> {
      const scores = await score(text, names, signal);
      const missing = names.find((topic) => !Number.isFinite(scores[topic]));
      if (missing !== undefined) throw new TypeError(`its scorer gave no number for "${missing}"`);
      const about = (topic: string): boolean => (scores[topic] as number) >= threshold;
      const denied = Object.keys(deny).find(about);
      if (denied !== undefined) return { action, reason: `It is about ${denied}.`, score: scores[denied] as number };
      const allowed = Object.keys(allow);
      if (allowed.length === 0 || allowed.some(about)) return { action: "allow" };
      return { action, reason: `It is about none of ${allowed.join(", ")}.` };
    },
  };
}

/** 1 where one of the topic's words is there. */
function byWords(topics: Readonly<Record<string, readonly string[]>>): TopicScorer {
  const patterns = Object.entries(topics).map(([topic, words]) => [topic, words.map(patternOf)] as const);
  return (text) =>
    Object.fromEntries(patterns.map(([topic, found]) => [topic, found.some((one) => text.search(one) >= 0) ? 1 : 0]));
}

/**
 * A scorer that compares a text with examples of each topic, by their vectors: the nearest counts.
 *
 * @example
 * const scorer = embeddingTopics(models().get("openai/text-embedding-3-small"), { refunds: ["I want my money back"] });
 * const rail = topicRail({ on: "input", allow: { refunds: [] }, scorer, threshold: 0.45 });
 */
export function embeddingTopics(
  embedder: Embedder,
  examples: Readonly<Record<string, readonly string[]>>,
): TopicScorer {
  let known: Promise<Map<string, readonly (readonly number[])[]>> | undefined;
  const load = async (): Promise<Map<string, readonly (readonly number[])[]>> => {
    const vectors = new Map<string, readonly (readonly number[])[]>();
    for (const [topic, texts] of Object.entries(examples)) vectors.set(topic, await embed(embedder, texts));
    return vectors;
  };
  return async (text, topics, signal) => {
    known ??= load();
    // A failure is not kept: the next text asks again.
    known.catch(() => (known = undefined));
    const [vector = []] = await embed(embedder, [text], signal);
    const vectors = await known;
    const nearest = (topic: string): number =>
      Math.max(0, ...(vectors.get(topic) ?? []).map((one) => cosine(vector, one)));
    return Object.fromEntries(topics.map((topic) => [topic, vectors.has(topic) ? nearest(topic) : Number.NaN]));
  };
}
