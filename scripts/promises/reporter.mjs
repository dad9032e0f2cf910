// A vitest reporter: checks the promises when the tests are done and ends with one plain line, "N passed, N failed".
import { existsSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPromises, readPromises } from "./check.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export default class PromisesReporter {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const tests = modules.flatMap(testsOf);
    const whole = process.env.HOLDPOINT_WHOLE_SUITE === "1";
    const promises = readPromises(root);
    const broken = checkPromises(promises, tests, { whole, has: isInstalled });

    if (broken.length > 0)
      console.error(["", "docs/promises.json:", ...broken.map((problem) => `  ${problem}`)].join("\n"));
    else if (whole) console.log(`docs/promises.json: each of ${promises.length} promises has a test that passed`);
    // A file that could not be loaded and an error outside of every test are failures too, though no test says so.
    const unloaded = modules.filter((module) => module.errors().length > 0).length;
    const passed = tests.filter(({ state }) => state === "passed").length;
    const failed =
      tests.filter(({ state }) => state === "failed").length + unloaded + unhandledErrors.length + broken.length;
    const skipped = tests.length - passed - tests.filter(({ state }) => state === "failed").length;
    if (skipped > 0) console.log(`${skipped} skipped`);
    if (checks.length > 0) console.error(`failed before the tests: ${checks.join(", ")}`);
    if (broken.length > 0 || checks.length > 0 || reason === "interrupted") process.exitCode = 1;
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}

function testsOf(module) {
  const project = module.project;
  const file = relative(project.config.root, module.moduleId);
  return [...module.children.allTests()].map((test) => ({
    package: project.name,
    file,
    name: test.fullName,
    state: test.result().state,
  }));
}

function isInstalled(program) {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => existsSync(join(directory, program)));
}
