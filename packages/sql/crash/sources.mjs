// Lets a child process run TypeScript sources, on every Node we support, and quickly: `node --import ./sources.mjs`.
// What was stripped of its types once is kept, because a process that is killed twenty times starts twenty times.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { register, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

const packages = new URL("../../", import.meta.url);
const cache = fileURLToPath(new URL(`../node_modules/.cache/holdpoint-sources/${process.version}/`, packages));

if (isMainThread) register(import.meta.url);

/** Packages are their sources: no build is needed before a test. */
export function resolve(specifier, context, next) {
  const match = /^@holdpoint\/([a-z]+)(\/testing)?$/.exec(specifier);
  if (match === null) return next(specifier, context);
  const door = match[2] === undefined ? "index.ts" : "testing/index.ts";
  return { url: new URL(`${match[1]}/src/${door}`, packages).href, format: "module", shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const typed = await readFile(fileURLToPath(url), "utf8");
  return { format: "module", source: stripped(typed), shortCircuit: true };
}

function stripped(typed) {
  const kept = join(cache, createHash("sha256").update(typed).digest("hex"));
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const source = stripTypeScriptTypes(typed);
    mkdirSync(cache, { recursive: true });
    // Whole or not at all: the process may be killed here, and others read it.
    writeFileSync(`${kept}.${process.pid}`, source);
    renameSync(`${kept}.${process.pid}`, kept);
    return source;
  }
}
