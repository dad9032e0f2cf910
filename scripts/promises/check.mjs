// A promise is a sentence of the documentation with the test that would go red if it were broken.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {{ promise: string, package: string, test: string, needs?: string }} Promised
 * `package` is the folder of the vitest project: core, sql, cli, examples, bench, scripts, …
 * `test` is a test's title, or a describe's and then all of its tests are meant, or as much of
 * "path/from/package.test.ts > describe > title" as makes it the only one. A title with a placeholder (`test.each`) is written
 * as in the source and means all its tests. `needs` is a program the test cannot do without (strace): where the machine
 * lacks it the test may be skipped. CI has it.
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
    const found = testsNamed(
      test,
      tests.filter((ran) => ran.package === room),
    );
    const say = (what) => problems.push(`"${promise}" (${room}): the test "${test}" ${what}`);
    const failed = found.tests.filter(({ state }) => state === "failed");
    const missed = found.tests.filter(({ state }) => state !== "failed" && state !== "passed");
    if (found.tests.length === 0 && whole) say("does not exist");
    else if (found.places.length > 1)
      say(`is ${found.places.length} tests (${found.places.join(", ")}): name the file too`);
    else if (failed.length > 0) say("failed");
    else if (missed.length > 0 && whole && (!needs || has(needs))) say("was skipped");
  }
  return problems;
}

const PLACEHOLDER = /%[sdifjoc#]|[$][A-Za-z_][\w.]*/g;

/** The tests that `wanted` means, and the places (file and describes) where something of that name was found. */
function testsNamed(wanted, tests) {
  const title = wanted.split(PLACEHOLDER).map(escapeRegExp).join(".+");
  const pattern = new RegExp(`^(?<before>(?:.+ > )?)${title}(?<below> > .+)?$`);
  const found = [];
  const places = [];
  for (const ran of tests) {
    const match = pattern.exec(`${ran.file} > ${ran.name}`);
    if (!match) continue;
    const place = match.groups.before.replace(/ > $/, "") || ran.file;
    // Tests made from one title, and those below one describe, are found in one place; two of one name are not one test.
    const isOneOfMany = match.groups.below !== undefined || title.includes(".+");
    if (!isOneOfMany || !places.includes(place)) places.push(place);
    found.push(ran);
  }
  return { tests: found, places };
}

function escapeRegExp(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
