// A copy of the sources of core with one bug planted in it.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * @param {string} root the checkout
 * @param {{ file: string, from: string, to: string }[]} edits none gives the sources as they are
 * @returns {{ source: string, remove: () => void }}
 */
export function plant(root, edits) {
  const copy = mkdtempSync(join(tmpdir(), "holdpoint-mutant-"));
  mkdirSync(join(copy, "packages/core"), { recursive: true });
  const source = join(copy, "packages/core/src");
  cpSync(join(root, "packages/core/src"), source, { recursive: true });
  cpSync(join(root, "packages/core/package.json"), join(copy, "packages/core/package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
  for (const edit of edits) apply(join(source, edit.file), edit);
  return { source, remove: () => rmSync(copy, { recursive: true, force: true }) };
}

function apply(path, { file, from, to }) {
  const text = readFileSync(path, "utf8");
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`${file}: the text to change was found ${found} times: ${JSON.stringify(from)}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
