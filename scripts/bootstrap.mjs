// Makes `npm test`, `npm start` and the rest work on a fresh clone, with any Node from 18 on.
//
//   node scripts/bootstrap.mjs COMMAND [ARGUMENTS]      (commands: see `commands` below)
//
// A Node older than the floor is answered by fetching a current one from the npm registry into .node/ and running
// again on it; `npm ci` runs when what is installed is not what package-lock.json says; then the packages are built.
// Plain JavaScript without dependencies, because it runs before there are any. On a ready checkout it adds one
// comparison of two lock files and one incremental build.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies } from "./bootstrap/dependencies.mjs";
import { withLock } from "./bootstrap/lock.mjs";
import { currentNode, isNewEnough } from "./bootstrap/node.mjs";
import { npm } from "./bootstrap/npm.mjs";
import { runNode } from "./bootstrap/program.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Each command: the program, flags for Node, and where it runs when that is not the checkout's root. */
const commands = {
  start: { script: "examples/mail-triage/dist/main.js" },
  test: { script: "scripts/test.mjs" },
  holdpoint: { script: "packages/cli/bin/holdpoint.js", where: process.env.INIT_CWD },
  bench: { script: "bench/dist/main.js", flags: ["--expose-gc"] },
  load: { script: "bench/dist/load/main.js" },
  simulate: { script: "scripts/simulate.mjs" },
  soak: {
    script: "packages/sql/crash/soak.ts",
    flags: ["--no-warnings", "--import", "./packages/sql/crash/sources.mjs"],
  },
  chaos: {
    script: "packages/sql/chaos/main.ts",
    flags: ["--no-warnings", "--import", "./packages/sql/crash/sources.mjs"],
  },
  mutants: { script: "scripts/mutants.mjs" },
  "measure:guardrails": { script: "bench/dist/measure-guardrails.js" },
  "check:packages": { script: "scripts/check-packages.mjs" },
  setup: {},
};

/** For .ci/run: these print the directory of a Node and do nothing else. */
const answers = {
  path: () => dirname(isNewEnough(process.versions.node) ? process.execPath : join(currentNode(root), "node")),
  fetch: (line) => currentNode(root, line),
};

async function main([name = "setup", ...args]) {
  if (Object.hasOwn(answers, name)) {
    console.log(await withLock(root, () => answers[name](...args)));
    return;
  }
  const command = commands[name];
  if (!command) fail(`unknown command "${name}": one of ${Object.keys(commands).join(", ")}`);

  if (!isNewEnough(process.versions.node)) {
    const bin = await withLock(root, () => currentNode(root));
    // npm looks for the machine's own settings (a mirror, a certificate) beside its Node: it must go on finding them.
    process.env.npm_config_globalconfig ??= npm(["config", "get", "globalconfig"], root).trim();
    process.env.PATH = `${bin}:${process.env.PATH ?? ""}`;
    return runNode([fileURLToPath(import.meta.url), name, ...args], { node: `${bin}/node`, cwd: root });
  }

  await withLock(root, async () => {
    installDependencies(root);
    const { build } = await import("./build/build.mjs");
    if (!(await build(root))) fail("the packages do not build: see the messages above");
  });
  if (!command.script) return;
  runNode(["--enable-source-maps", ...(command.flags ?? []), resolve(root, command.script), ...args], {
    cwd: command.where ?? root,
  });
}

function fail(message) {
  console.error(`holdpoint: ${message}`);
  process.exit(1);
}

main(process.argv.slice(2)).catch((error) => fail(error.message));
