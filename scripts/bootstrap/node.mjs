// A current Node from the npm registry, for machines whose own is too old. It goes into .node/ of this checkout
// and nowhere else.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm.mjs";

/** What the packages ask for in `engines`. */
const FLOOR = [22, 13];
/** What is fetched when the machine has less: the newest of this line that the registry has for the platform. */
const LINE = "24";

/** @param {string} version as in process.versions.node */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
}

/**
 * The npm package that is nothing but Node's binary for a platform. The `node` package picks it in an install
 * script and copies it; asking for it directly needs no script and half the disk.
 */
export function platformPackage(platform, arch) {
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform}-${arch}`;
}

/**
 * The directory of a Node of line `line` under `root`/.node, fetched when it is not there yet.
 * A half-fetched one is never seen: it is unpacked beside its place and then renamed.
 */
export function currentNode(root, line = LINE) {
  const name = platformPackage(process.platform, process.arch);
  const home = join(root, ".node", `v${line}`);
  const bin = join(home, "node_modules", name, "bin");
  if (existsSync(join(bin, "node"))) return bin;

  console.error(`holdpoint: fetching Node ${line} into .node/ (this is ${process.versions.node})`);
  mkdirSync(join(root, ".node"), { recursive: true });
  sweep(join(root, ".node"));
  const fetched = join(root, ".node", `fetching-${process.pid}`);
  mkdirSync(fetched, { recursive: true });
  writeFileSync(join(fetched, "package.json"), '{ "private": true }\n');
  npm(["install", "--no-save", "--no-package-lock", "--ignore-scripts", `${name}@${line}`], fetched);
  rmSync(home, { recursive: true, force: true });
  renameSync(fetched, home);
  if (!existsSync(join(bin, "node")))
    throw new Error(
      `${name}@${line} has no Node for ${process.platform} ${process.arch}; install Node ${FLOOR.join(".")} or newer`,
    );
  return bin;
}

/** Removes what an interrupted fetch left behind. The caller holds the lock, so nobody is fetching. */
function sweep(directory) {
  for (const entry of readdirSync(directory)) {
    if (entry.startsWith("fetching-")) rmSync(join(directory, entry), { recursive: true, force: true });
  }
}
