/**
 * Tokens, as the provider counted them. What a provider does not say is null, never 0: an unknown count has an unknown cost.
 */
export interface Usage {
  /** All tokens of the request, those read from a cache and written to one included. */
  readonly input: number | null;
  /** All tokens of the answer, reasoning included. */
  readonly output: number | null;
  /** Of `input`: read from the provider's prompt cache. */
  readonly cacheRead: number | null;
  /** Of `input`: written to the provider's prompt cache. */
  readonly cacheWrite: number | null;
  /** Of `output`: spent on reasoning. */
  readonly reasoning: number | null;
}

/** Nothing spent: what sums begin with. */
export const noUsage: Usage = Object.freeze({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 });

/** Nothing known. */
export const unknownUsage: Usage = Object.freeze({
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  reasoning: null,
});

/** All tokens that are known. */
export const tokensOf = (usage: Usage): number => (usage.input ?? 0) + (usage.output ?? 0);

/** Both together. A total of which a part is unknown is unknown; what only details a total counts as far as it is known. */
export function addUsage(one: Usage, other: Usage): Usage {
  const total = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
  const detail = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0);
  return {
    input: total(one.input, other.input),
    output: total(one.output, other.output),
    cacheRead: detail(one.cacheRead, other.cacheRead),
    cacheWrite: detail(one.cacheWrite, other.cacheWrite),
    reasoning: detail(one.reasoning, other.reasoning),
  };
}
