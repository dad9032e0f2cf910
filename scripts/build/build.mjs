import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "./entries.mjs";
import { fingerprint, isFresh, keep } from "./freshness.mjs";

/**
 * Runs `tsc -b`, then bundles each package whose sources are not those it was bundled from; where nothing changed that adds
 * some hundredths of a second. Says whether all went well; what did not is on the standard output.
 *
 * @param {string} root the checkout
 * @param {readonly string[]} projects directories; they and the packages they need are built. By default everything.
 */
export async function build(root, projects = []) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-b", ...projects], { cwd: root, stdio: "inherit" });
  const packages = packagesIn(root);
  const wanted = projects.length === 0 ? packages.keys() : needed(root, projects, packages);
  // What the compiler complains about may be a test: there is a bundle all the same.
  const bundled = await Promise.all([...wanted].map((name) => makeIfStale(name, packages.get(name))));
  return status === 0 && bundled.every(Boolean);
}

/** The packages that have a door: their names and directories. */
function packagesIn(root) {
  const directories = readdirSync(join(root, "packages")).map((room) => join(root, "packages", room));
  return new Map(
    directories
      .filter((directory) => existsSync(join(directory, "src/index.ts")))
      .map((directory) => [manifestOf(directory).name, directory]),
  );
}

/** The names of the packages that these projects are or need. */
function needed(root, projects, packages) {
  const found = new Set();
  const visit = (manifest) => {
    if (packages.has(manifest.name)) found.add(manifest.name);
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
      if (packages.has(name) && !found.has(name)) visit(manifestOf(packages.get(name)));
  };
  for (const project of projects) visit(manifestOf(join(root, project)));
  return found;
}

/** A package's JavaScript, and its application for browsers where it has one. */
async function makeIfStale(name, directory) {
  if (!(await bundleIfStale(name, directory))) return false;
  if (!existsSync(join(directory, "vite.config.mjs"))) return true;
  const { buildAppIfStale } = await import("./app.mjs");
  return buildAppIfStale(directory);
}

async function bundleIfStale(name, directory) {
  const made = fingerprint(directory);
  if (isFresh(directory, made)) return true;
  // Loading the bundler takes longer than all else here: only when there is something to do.
  const { bundle } = await import("./bundle.mjs");
  try {
    keep(directory, made, await bundle(directory, entriesOf(directory)));
    return true;
  } catch (error) {
    console.log(`${name} does not bundle: ${error.message}`);
    return false;
  }
}

function manifestOf(directory) {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
}
