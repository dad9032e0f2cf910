import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Not for npm: `files` in each package.json names what is. */
const record = "dist/.bundle.json";

/** Stands for everything a bundle is made from: the package's sources, its manifest, the bundler and these scripts. */
export function fingerprint(directory) {
  const hash = createHash("sha256");
  const add = (path) => hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  add(join(directory, "package.json"));
  add(join(directory, "../../package-lock.json"));
  for (const script of filesIn(import.meta.dirname)) add(script);
  for (const source of filesIn(join(directory, "src"))) if (!/[.](test|fixture)[.]/.test(source)) add(source);
  return hash.digest("hex");
}

export function isFresh(directory, made) {
  if (!existsSync(join(directory, record))) return false;
  const kept = JSON.parse(readFileSync(join(directory, record), "utf8"));
  return kept.made === made && kept.files.every((file) => existsSync(join(directory, "dist", file)));
}

/** @param {readonly string[]} files what is in `dist` now, relative to it */
export function keep(directory, made, files) {
  writeFileSync(join(directory, record), JSON.stringify({ made, files }, null, 2));
}

function filesIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
