/** Turns a text into the words that are indexed and looked for. */
export type Terms = (text: string) => string[];

/**
 * The words of a text: letters and digits, small, without diacritics. What SQLite's `unicode61` takes for words, so that every index
 * counts the same ones.
 *
 * @example
 * terms("Crème brûlée, 2 portions"); // ["creme", "brulee", "2", "portions"]
 */
export const terms: Terms = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];
