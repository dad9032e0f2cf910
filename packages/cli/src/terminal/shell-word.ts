/**
 * A word as a POSIX shell takes it, quoted where it must be: commands are printed to be pasted, and ids come from outside.
 *
 * @example shellWord("it's") // 'it'\''s'
 */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./…-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
