import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Not for npm: `files` in the package's manifest names what is. */
const record = "dist/.app.json";

/**
 * Builds a package's browser application with Vite, as its `vite.config.mjs` says, unless what it is made from is as it was. The client's
 * sources are among that: the application takes them in.
 *
 * @param {string} directory the package
 */
export async function buildAppIfStale(directory) {
  const made = fingerprint(directory);
  if (isFresh(directory, made)) return true;
  // Loading Vite takes longer than all else here: only when there is something to do.
  const { build } = await import("vite");
  const config = join(directory, "vite.config.mjs");
  // Libraries mark files for servers that render; there is none here.
  const onwarn = (warning, warn) => warning.code !== "MODULE_LEVEL_DIRECTIVE" && warn(warning);
  try {
    await build({
      configFile: config,
      logLevel: "warn",
      build: { rollupOptions: { onwarn, checks: { pluginTimings: false } } },
    });
  } catch (error) {
    console.log(`${directory} does not build for browsers: ${error.message}`);
    return false;
  }
  writeFileSync(join(directory, record), JSON.stringify({ made }));
  return true;
}

function fingerprint(directory) {
  const hash = createHash("sha256");
  const add = (path) => hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  for (const name of ["package.json", "vite.config.mjs", "index.html", "../../package-lock.json"])
    add(join(directory, name));
  add(join(import.meta.dirname, "app.mjs"));
  for (const folder of ["src", "public", "../client/src"])
    for (const file of filesIn(join(directory, folder))) add(file);
  return hash.digest("hex");
}

function isFresh(directory, made) {
  const kept = join(directory, record);
  if (!existsSync(kept) || !existsSync(join(directory, "dist/app/index.html"))) return false;
  return JSON.parse(readFileSync(kept, "utf8")).made === made;
}

function filesIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/[.](test|fixture)[.]/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
