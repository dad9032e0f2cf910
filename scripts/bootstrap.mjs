// Makes `npm test`, `npm start` and the rest work on a fresh clone, with any Node from 18 on.
//
//   node scripts/bootstrap.mjs COMMAND [ARGUMENTS]      (commands: see `commands` below)
//
// A Node older than the floor is answered by fetching a current one from the npm registry into .node/ and running
// again on it; `npm ci` runs when what is installed is not what package-lock.json says; then the packages are built.
// Plain JavaScript without dependencies, because it runs before there are any. On a ready checkout it adds one
// comparison of two lock files and one incremental build.
import { spawn, spawnSync } from "node:child_process";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies } from "./bootstrap/dependencies.mjs";
import { withLock } from "./bootstrap/lock.mjs";
import { currentNode, isNewEnough } from "./bootstrap/node.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Each command: the program (a script for Node) and what is put before the user's own arguments. */
const commands = {
  start: { script: "examples/mail-triage/dist/main.js" },
  test: { script: "scripts/test.mjs" },
  bench: { script: "bench/dist/main.js" },
  simulate: { script: "packages/core/dist/testing/simulate.js" },
  mutants: { script: "scripts/mutants.mjs" },
  "check:packages": { script: "scripts/check-packages.mjs" },
  "check:snippets": { script: "scripts/check-snippets.mjs" },
  setup: {},
};

async function main([name = "setup", ...args]) {
  const command = commands[name];
  if (!command) fail(`unknown command "${name}": one of ${Object.keys(commands).join(", ")}`);

  if (!isNewEnough(process.versions.node)) {
    const bin = await withLock(root, () => currentNode(root));
    process.env.PATH = `${bin}:${process.env.PATH ?? ""}`;
    return run(`${bin}/node`, [fileURLToPath(import.meta.url), name, ...args]);
  }

  await withLock(root, () => {
    installDependencies(root);
    build();
  });
  if (command.script) return run(process.execPath, ["--enable-source-maps", resolve(root, command.script), ...args]);
}

function build() {
  const tsc = resolve(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-b"], { cwd: root, stdio: "inherit" });
  if (status !== 0) fail("the packages do not build: see the messages above");
}

/** Runs a program in our place: its output, its signals, its exit code. */
function run(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(error.message));
  child.on("exit", (code, signal) => {
    if (signal) process.removeAllListeners(signal);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}

function fail(message) {
  console.error(`holdpoint: ${message}`);
  process.exit(1);
}

main(process.argv.slice(2)).catch((error) => fail(error.message));
