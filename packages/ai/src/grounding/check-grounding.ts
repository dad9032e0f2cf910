import { type Issue, ValidationError } from "@holdpoint/core";
import { sentences } from "../retrieval/sentences.ts";
import { type Citation, type CitationResult, lookUp, markersIn } from "./citations.ts";
import { type GroundingIssue, type GroundingSource, passagesOf, type SourceSpan, supportOf } from "./support.ts";
import { wordsOf } from "./words.ts";

/** How an answer is checked. */
export interface GroundingOptions {
  /** From which support on a sentence counts as supported. Default 0.5. */
  threshold?: number;
  /** Citations beside the markers in the text. */
  citations?: readonly Citation[];
  /** Each claim must cite. Default false. */
  requireCitations?: boolean;
}

/** A sentence of an answer. */
export interface GroundedSentence {
  readonly text: string;
  /** `answer.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  /** It says something that can be so or not; greetings and questions do not. */
  readonly claim: boolean;
  /** 0 to 1. */
  readonly support: number;
  readonly supported: boolean;
  /** What comes nearest to it in the sources. */
  readonly span: SourceSpan | null;
  readonly issues: readonly GroundingIssue[];
}

/** What was found. Plain JSON: evidence for a hold. */
export interface GroundingReport {
  /** The share of claims that are supported, 0 to 1; 1 without claims. */
  readonly score: number;
  readonly grounded: boolean;
  readonly sentences: readonly GroundedSentence[];
  /** Claims that are not supported, as they stand in the answer. */
  readonly unsupported: readonly string[];
  readonly citations: readonly CitationResult[];
}

/** How well a claim follows from a source, 0 to 1, by other means: vectors, a model. */
export type SupportScorer = (claim: string, evidence: string) => number | Promise<number>;

/**
 * Checks an answer against its sources, sentence by sentence: whether its words are there, its numbers, months and names, whether one
 * denies what the other says, and whether what it cites stands where it says. Deterministic. It compares words, not meanings: what it
 * finds and misses is measured in docs/guardrails.md.
 *
 * @example
 * const { unsupported } = checkGrounding("Refunds take 60 days [refunds].", [
 *   { id: "refunds", text: "Money is paid back within 30 days." },
 * ]);
 *
 * @throws ValidationError there are no sources, or two have the same id
 */
export function checkGrounding(
  answer: string,
  sources: readonly GroundingSource[],
  options: GroundingOptions = {},
): GroundingReport {
  checkSources(sources);
  const { threshold = 0.5, citations = [], requireCitations = false } = options;
  const markers = markersIn(answer, sources);
  const results = [...markers, ...citations].map(({ ...one }) => lookUp(withoutPlace(one), sources));
  const passages = passagesOf(sources);
  const judged = sentences(answer).map(({ start, end }): GroundedSentence => {
    const text = answer.slice(start, end);
    const own = results.filter((_, at) => inside(markers[at], start, end));
    const bare = markers.reduce(
      (rest, { at }) => (inside({ at }, start, end) ? rest.replace(answer.slice(at.start, at.end), "") : rest),
      text,
    );
    const claim = isClaim(bare);
    if (!claim) return { text, start, end, claim, support: 1, supported: true, span: null, issues: [] };
    const cited = new Set(
      own.filter(({ found }) => found !== "unknown" && found !== "missing").map(({ source }) => source),
    );
    // A claim that names its source must follow from that one.
    const among = cited.size > 0 ? passages.filter(({ source }) => cited.has(source)) : passages;
    const { score, span, issues } = supportOf(bare, among);
    const all = [...issues, ...citationIssues(own, requireCitations)];
    return {
      text,
      start,
      end,
      claim,
      support: score,
      supported: score >= threshold && all.length === 0,
      span,
      issues: all,
    };
  });
  return summary(judged, results);
}

/** The report of these sentences. */
export function summary(judged: readonly GroundedSentence[], citations: readonly CitationResult[]): GroundingReport {
  const claims = judged.filter(({ claim }) => claim);
  const unsupported = claims.filter(({ supported }) => !supported).map(({ text }) => text);
  const broken = citations.some(({ found }) => found === "missing" || found === "unknown");
  return {
    score: claims.length === 0 ? 1 : Math.round(((claims.length - unsupported.length) / claims.length) * 1000) / 1000,
    grounded: unsupported.length === 0 && !broken,
    sentences: judged,
    unsupported,
    citations,
  };
}

const inside = (marker: { at: { start: number } } | undefined, start: number, end: number): boolean =>
  marker !== undefined && marker.at.start >= start && marker.at.start < end;

function withoutPlace({ source, quote, start, end }: Citation): Citation {
  return {
    source,
    ...(quote !== undefined && { quote }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
}

function citationIssues(own: readonly CitationResult[], required: boolean): GroundingIssue[] {
  const bad = own.filter(({ found }) => found === "missing" || found === "unknown");
  const issues = bad.map(
    ({ source, found }): GroundingIssue => ({
      type: "citation",
      says: found === "unknown" ? `There is no source "${source}".` : `What it cites of "${source}" is not there.`,
    }),
  );
  if (required && own.length === 0) issues.push({ type: "citation", says: "It cites nothing." });
  return issues;
}

/** Greetings, questions and headings claim nothing. A sentence of two telling words may. */
function isClaim(sentence: string): boolean {
  const text = sentence.trim();
  if (
    /[?？]$/.test(text) ||
    /^(?:hi|hello|dear|thanks?|thank you|sorry|hallo|danke|merci|gracias|ciao|best regards)\b[^.]{0,40}[.,!]?$/i.test(
      text,
    )
  )
    return false;
  return wordsOf(text).filter(({ telling }) => telling).length >= 2;
}

function checkSources(sources: readonly GroundingSource[]): void {
  const issues: Issue[] = [];
  if (sources.length === 0)
    issues.push({ path: "", message: "must have at least one: without sources nothing can be supported" });
  const ids = sources.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    issues.push({ path: "", message: `"${twice}" is there twice; give each source an id of its own` });
  if (issues.length > 0) throw new ValidationError("sources", issues);
}
