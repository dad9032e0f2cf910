// `npm test`: the whole suite, then the promises of docs/promises.json.
//
//   npm test                          everything
//   npm test -- packages/sql          some files (arguments go to vitest); promises are then checked only as far as run
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "./bootstrap/program.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const whole = args.length === 0;

const vitest = resolve(root, "node_modules/vitest/vitest.mjs");
const reporters = ["--reporter=default", `--reporter=${resolve(root, "scripts/promises/reporter.mjs")}`];
const strict = whole ? ["--allowOnly=false"] : [];

runNode([vitest, "run", ...reporters, ...strict, ...args], {
  cwd: root,
  env: { ...process.env, ...(whole && { HOLDPOINT_WHOLE_SUITE: "1", HOLDPOINT_SECOND_TRY: "1" }) },
});
