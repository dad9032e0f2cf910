// Installs what package-lock.json says when something else, or nothing, is installed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm.mjs";

/** @param {string} root the checkout */
export function installDependencies(root) {
  const reason = whyInstall(read(root, "package-lock.json"), read(root, "node_modules/.package-lock.json"));
  if (!reason) return;
  console.error(`holdpoint: installing dependencies (${reason})`);
  npm(["ci"], root);
}

/**
 * Why an install is needed, or undefined. Compares what is locked with npm's own record of what it installed:
 * dates would be wrong after a checkout, a copy or an `npm install` by hand.
 */
export function whyInstall(locked, installed) {
  if (!locked) throw new Error("package-lock.json is missing; this is not a whole checkout");
  if (!installed) return "nothing is installed";
  for (const [path, wanted] of Object.entries(locked.packages)) {
    if (!path.includes("node_modules/")) continue; // the workspaces themselves
    const found = installed.packages[path];
    if (!found && wanted.optional) continue; // for another platform
    if (!found) return `${path} is missing`;
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return `${path} has changed`;
  }
}

function read(root, name) {
  const path = join(root, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
