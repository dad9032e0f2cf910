// A promise is a sentence of the documentation with the test that would go red if it were broken.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {{ promise: string, package: string, test: string, needs?: string }} Promised
 * `package` is the name of the vitest project: core, sql, cli, examples, bench, scripts.
 * `test` is the test's title when no other test of the package has it, or as much of
 * "path/from/package.test.ts > describe > title" as makes it the only one. `needs` is a program the test cannot do without
 * (strace): where the machine lacks it the test may be skipped. CI has it.
 *
 * @typedef {{ package: string, file: string, name: string, state: "passed" | "failed" | "skipped" | "pending" }} Ran
 * `name` is "describe > title", `file` is relative to the package.
 */

/** @returns {Promised[]} */
export function readPromises(root) {
  const path = join(root, "docs/promises.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
}

/**
 * What is wrong, one sentence each; empty when every promise has exactly one test and it passed.
 *
 * @param {Promised[]} promises
 * @param {Ran[]} tests
 * @param {{ whole: boolean, has?: (program: string) => boolean }} run with `whole: false` a test that did not take part is
 * no fault
 */
export function checkPromises(promises, tests, { whole, has = () => true }) {
  const problems = [];
  for (const entry of promises) {
    const { promise, package: room, test, needs } = entry;
    if (!promise || !room || !test) {
      problems.push(`every entry needs promise, package and test: ${JSON.stringify(entry)}`);
      continue;
    }
    const found = tests.filter((ran) => ran.package === room && isNamed(ran, test));
    const [first, second] = found;
    const say = (what) => problems.push(`"${promise}" (${room}): the test "${test}" ${what}`);
    if (!first && whole) say("does not exist");
    else if (second) say(`is not one test but ${found.length}: name its file or describe too`);
    else if (first?.state === "failed") say("failed");
    else if (first && first.state !== "passed" && whole && (!needs || has(needs))) say("was skipped");
  }
  return problems;
}

/** Whether `wanted` is the end of the test's full name, cut between parts. */
function isNamed(ran, wanted) {
  const full = `${ran.file} > ${ran.name}`;
  return full === wanted || full.endsWith(` > ${wanted}`);
}
