// From the code blocks of a Markdown file to programs that can be compiled and run.
//
// The info string of a block says what it is:
//
//   ```ts                 a program by itself: compiled and run
//   ```ts continues       goes on where the block before it ended: both are one program
//   ```ts file=shop.ts    a file beside the programs of this page, which may import "./shop.ts": compiled, run when imported
//   ```ts no-run          compiled only (may be combined with the others)
//   ```sh run             run by bash in an empty project that has Holdpoint installed; the page's blocks share it
//
// Blocks of other languages, and `sh` without `run`, are left alone.

const WORDS = /^(no-run|continues|file=[a-z0-9-]+[.]ts)$/;

/**
 * @typedef {object} Program
 * @property {string} page the Markdown file
 * @property {string} name its file name, unique on the page
 * @property {number} line where it begins on the page
 * @property {string} code
 * @property {number[]} lines for each line of code, its line on the page
 * @property {boolean} runs
 */

/**
 * @param {import("./blocks.mjs").Block[]} blocks of one page
 * @returns {Program[]}
 */
export function programsOf(blocks) {
  /** @type {Program[]} */
  const programs = [];
  for (const block of blocks.filter(({ language }) => language === "ts")) {
    const unknown = block.words.find((word) => !WORDS.test(word));
    if (unknown)
      throw new Error(
        `${block.file}:${block.line - 1}: "${unknown}" means nothing here: no-run, continues or file=NAME.ts`,
      );
    const runs = !block.words.includes("no-run");
    const lines = block.code.split("\n").map((_, index) => block.line + index);
    if (block.words.includes("continues")) {
      const before = programs.at(-1);
      if (!before) throw new Error(`${block.file}:${block.line - 1}: there is no block before it to continue`);
      // The last "line" is what follows the final line break: the next block begins there.
      before.lines.splice(-1, 1, ...lines);
      before.code += block.code;
      before.runs &&= runs;
      continue;
    }
    const file = block.words.find((word) => word.startsWith("file="))?.slice("file=".length);
    const name = file ?? `block-${programs.length + 1}.ts`;
    programs.push({ page: block.file, name, line: block.line, code: block.code, lines, runs: runs && !file });
  }
  return programs;
}

/** The shell blocks of a page that are to be run. */
export function scriptsOf(blocks) {
  return blocks.filter(({ language, words }) => language === "sh" && words.includes("run"));
}
