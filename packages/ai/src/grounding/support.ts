import { type Span, sentences } from "../retrieval/sentences.ts";
import { areOpposite, clausesOf, isNegative } from "./polarity.ts";
import { type Word, wordsOf } from "./words.ts";

/** What answers are checked against. */
export interface GroundingSource {
  /** What citations name it by. */
  readonly id: string;
  readonly text: string;
}

/** Why a sentence is not taken for supported. */
export interface GroundingIssue {
  /** `words`: too little of it is there. `number`, `date`, `name`: it is another there, or none. `negation`: it says the opposite. */
  readonly type: "words" | "number" | "date" | "name" | "negation" | "judge" | "citation";
  readonly says: string;
}

/** A place in a source. */
export interface SourceSpan extends Span {
  readonly source: string;
  readonly text: string;
}

/** How well a claim is supported. */
export interface Support {
  /** 0 to 1: how much of it is there, by its words; lowered by each issue. */
  readonly score: number;
  /** What comes nearest to it. */
  readonly span: SourceSpan | null;
  readonly issues: readonly GroundingIssue[];
}

/** A stretch of a source with its words. */
export interface Passage extends SourceSpan {
  readonly words: readonly Word[];
}

/** Sentences of the sources, and each two that follow each other: what a claim is compared with. */
export function passagesOf(sources: readonly GroundingSource[]): Passage[] {
  return sources.flatMap(({ id, text }) => {
    const spans = sentences(text);
    const stretches = spans.flatMap((span, at) => {
      const next = spans[at + 1];
      return next ? [span, { start: span.start, end: next.end }] : [span];
    });
    return stretches.map(({ start, end }) => {
      const part = text.slice(start, end);
      return { source: id, start, end, text: part, words: wordsOf(part) };
    });
  });
}

/** The best support of a claim. Deterministic: by words, numbers, names and negation. */
export function supportOf(claim: string, passages: readonly Passage[]): Support {
  const words = wordsOf(claim).filter(({ telling }) => telling);
  if (words.length === 0) return { score: 1, span: null, issues: [] };
  const rarity = rarityIn(passages);
  const known = new Set(passages.flatMap((passage) => passage.words.map(({ term }) => term)));
  let best: { passage: Passage; coverage: number } | null = null;
  for (const passage of passages) {
    const coverage = coverageOf(words, passage, rarity);
    // A shorter place says better where it stands.
    if (!best || coverage > best.coverage + 0.04) best = { passage, coverage };
  }
  if (!best || best.coverage === 0) {
    return { score: 0, span: null, issues: [{ type: "words", says: "Nothing like it is in the sources." }] };
  }
  const { passage, coverage } = best;
  const issues = [...factIssues(words, passage, known), ...polarityIssues(claim, passage)];
  // One fact that is not so is enough, however much else is there.
  const score = issues.length > 0 ? Math.max(0, Math.min(0.4, coverage) - 0.1 * (issues.length - 1)) : coverage;
  const { source, start, end, text } = passage;
  return { score: Math.round(score * 100) / 100, span: { source, start, end, text }, issues };
}

/** What is in few passages says more than what is in all of them. */
function rarityIn(passages: readonly Passage[]): (term: string) => number {
  const having = new Map<string, number>();
  for (const { words } of passages) {
    for (const term of new Set(words.map((word) => word.term))) having.set(term, (having.get(term) ?? 0) + 1);
  }
  return (term) => Math.log(1 + (passages.length + 1) / ((having.get(term) ?? 0) + 0.5));
}

/** The weight of the claim's words that are there, of all of its words. What is nowhere weighs as much as what is once. */
function coverageOf(words: readonly Word[], passage: Passage, rarity: (term: string) => number): number {
  const there = new Set(passage.words.map(({ term }) => term));
  let all = 0;
  let found = 0;
  for (const { term } of words) {
    const weight = there.has(term) ? rarity(term) : 1;
    all += weight;
    if (there.has(term)) found += weight;
  }
  return found / all;
}

function factIssues(words: readonly Word[], passage: Passage, known: ReadonlySet<string>): GroundingIssue[] {
  const there = new Set(passage.words.map(({ term }) => term));
  const issues: GroundingIssue[] = [];
  for (const { term, kind } of words) {
    if (there.has(term) || kind === "word") continue;
    if (kind === "number")
      issues.push({ type: "number", says: `${term} is ${known.has(term) ? "said of something else" : "not"} there.` });
    else if (kind === "month") issues.push({ type: "date", says: `The month "${term}" is not there.` });
    else if (!known.has(term)) issues.push({ type: "name", says: `"${term}" is not in the sources.` });
  }
  return [...issues, ...swapped(words, passage)];
}

/** `120 passengers` where it says `650 passengers and 120 cars`. */
function swapped(words: readonly Word[], passage: Passage): GroundingIssue[] {
  const counted = (list: readonly Word[]): Map<string, Set<string>> => {
    const by = new Map<string, Set<string>>();
    const telling = list.filter((word) => word.telling);
    for (const [at, word] of telling.entries()) {
      const next = telling[at + 1];
      if (word.kind !== "number" || !next || next.kind === "number") continue;
      by.set(next.term, (by.get(next.term) ?? new Set()).add(word.term));
    }
    return by;
  };
  const theirs = counted(passage.words);
  for (const [unit, numbers] of counted(words)) {
    const said = theirs.get(unit);
    const wrong = [...numbers].find((number) => said && !said.has(number));
    if (said && wrong !== undefined)
      return [{ type: "number", says: `It is ${[...said].join(" or ")} there, not ${wrong}.` }];
  }
  return [];
}

function polarityIssues(claim: string, passage: Passage): GroundingIssue[] {
  const own = clausesOf(claim);
  const theirs = clausesOf(passage.text.replace(/[.!?。]\s*/g, ", ")).map((clause) => ({
    clause,
    terms: tellingTerms(clause),
  }));
  for (const clause of own) {
    const terms = tellingTerms(clause);
    let best: { clause: string; shared: number } | null = null;
    for (const other of theirs) {
      const shared = [...terms].filter((term) => other.terms.has(term)).length;
      if (!best || shared > best.shared) best = { clause: other.clause, shared };
    }
    if (!best || best.shared < 1 || best.shared < terms.size / 3) continue;
    if (isNegative(clause) !== isNegative(best.clause) || areOpposite(clause, best.clause)) {
      return [{ type: "negation", says: `It says the opposite there: "${best.clause}".` }];
    }
  }
  return areOpposite(claim, passage.text) ? [{ type: "negation", says: "It says the opposite there." }] : [];
}

const tellingTerms = (text: string): Set<string> =>
  new Set(wordsOf(text).flatMap(({ term, telling }) => (telling ? [term] : [])));
