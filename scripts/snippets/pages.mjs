// The Markdown files of this repository whose code blocks are promises to a reader.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** @returns {string[]} paths relative to `root` */
export function findPages(root) {
  const inside = (directory) =>
    existsSync(join(root, directory)) ? readdirSync(join(root, directory)).map((entry) => join(directory, entry)) : [];
  const docs = existsSync(join(root, "docs")) ? readdirSync(join(root, "docs"), { recursive: true }) : [];
  return [
    "README.md",
    "CONTRIBUTING.md",
    ...docs.filter((path) => path.endsWith(".md")).map((path) => join("docs", path)),
    ...[...inside("packages"), ...inside("examples"), "bench"].map((directory) => join(directory, "README.md")),
  ].filter((page) => existsSync(join(root, page)));
}
