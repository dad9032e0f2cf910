// Builds the workspace: types (and the programs' JavaScript) by tsc, the packages' JavaScript by a bundler.
//
//   node scripts/build.mjs                 everything
//   node scripts/build.mjs packages/cli    one project and what it needs
import { resolve } from "node:path";
import { withLock } from "./bootstrap/lock.mjs";
import { build } from "./build/build.mjs";

const root = resolve(import.meta.dirname, "..");

process.exitCode = (await withLock(root, () => build(root, process.argv.slice(2)))) ? 0 : 1;
