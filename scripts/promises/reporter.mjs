// A vitest reporter: checks the promises when the tests are done and ends with one plain line, "N passed, N failed".
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPromises, readPromises } from "./check.mjs";
import { hasNoSecondTry } from "./second-try.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export default class PromisesReporter {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const tests = modules.flatMap(testsOf);
    const whole = process.env.HOLDPOINT_WHOLE_SUITE === "1";
    const promises = readPromises(root);
    const broken = checkPromises(promises, tests, { whole, has: isInstalled });
    for (const problem of broken) console.error(`docs/promises.json: ${problem}`);
    if (whole && broken.length === 0)
      console.log(`docs/promises.json: ${promises.length} promises, each kept by a test`);

    // What .ci/run found before the tests stands in the same line, so that the line tells the whole truth.
    const checks = (process.env.HOLDPOINT_FAILED_CHECKS ?? "").split(" ").filter(Boolean);
    if (checks.length > 0) console.error(`failed before the tests: ${checks.join(", ")}`);

    // What passed only when it was tried again is said, each with its first error; where no second try counts it failed.
    const again = tests.filter(({ flaky }) => flaky);
    for (const { name, file, state, error } of again)
      console.error(`${state === "failed" ? "failed" : "passed only at the second try"}: ${file} > ${name}: ${error}`);
    const inVain = again.some(({ state }) => state === "failed");
    if (broken.length > 0 || checks.length > 0 || inVain || reason !== "passed") process.exitCode = 1;

    const count = (wanted) => tests.filter(({ state }) => state === wanted).length;
    const failed =
      count("failed") + brokenOutsideTests(modules) + unhandledErrors.length + broken.length + checks.length;
    const skipped = count("skipped") + count("pending");
    if (skipped > 0) console.log(`${skipped} skipped`);
    const lucky = again.filter(({ state }) => state === "passed").length;
    if (lucky > 0) console.log(`${lucky} passed only at the second try`);
    console.log(`\n${count("passed")} passed, ${failed} failed`);
  }
}

/** Files that failed although no test in them did: they could not be loaded, or a hook threw. */
function brokenOutsideTests(modules) {
  return modules.filter((module) => !module.ok() && testsOf(module).every(({ state }) => state !== "failed")).length;
}

function testsOf(module) {
  const project = module.project;
  const file = relative(project.config.root, module.moduleId);
  return [...module.children.allTests()].map((test) => {
    const { state, errors } = test.result();
    const flaky = test.diagnostic()?.flaky === true;
    const counts = flaky && hasNoSecondTry(file) ? "failed" : state;
    return {
      package: basename(project.config.root),
      file,
      name: test.fullName,
      state: counts,
      flaky,
      error: errors?.[0]?.message,
    };
  });
}

function isInstalled(program) {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => existsSync(join(directory, program)));
}
