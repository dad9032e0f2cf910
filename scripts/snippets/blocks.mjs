// The fenced code blocks of a Markdown file.
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Block
 * @property {string} file
 * @property {number} line the line of the first line of code, from 1
 * @property {string} language the first word of the info string
 * @property {string[]} words the rest of it
 * @property {string} code
 */

/** @returns {Block[]} */
export function readBlocks(file) {
  return parseBlocks(readFileSync(file, "utf8"), file);
}

/** @returns {Block[]} */
export function parseBlocks(markdown, file) {
  const blocks = [];
  let open;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line);
    if (!open) {
      if (!fence) continue;
      const [language = "", ...words] = fence[3].trim().split(/\s+/);
      open = { fence: fence[2], block: { file, line: index + 2, language, words }, lines: [] };
    } else if (fence?.[2].startsWith(open.fence) && fence[3].trim() === "") {
      blocks.push({ ...open.block, code: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open) throw new Error(`${file}:${open.block.line - 1}: this code block is not closed`);
  return blocks;
}
