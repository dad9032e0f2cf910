// Fetches llama.cpp for the test that asks a real inference engine (packages/ai/src/llama-cpp), into out/llama-cpp. It is no dependency of
// this repository: with the libraries for every graphics card it would bring, nobody wants to wait for it who does not need it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const version = "3.22.1";
const directory = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), "out/llama-cpp");

/** The package with the engine itself, for processors only. */
const engine = () => {
  const { platform, arch } = process;
  if (platform === "darwin") return arch === "arm64" ? "mac-arm64-metal" : "mac-x64";
  return `${platform === "win32" ? "win" : "linux"}-${arch}`;
};

/** Where `import` finds it; undefined where it was not fetched. */
function llamaCppModule() {
  const file = join(directory, "node_modules/node-llama-cpp/dist/index.js");
  return existsSync(file) ? pathToFileURL(file).href : undefined;
}

function fetchIt() {
  if (llamaCppModule()) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');
  const wanted = [`node-llama-cpp@${version}`, `@node-llama-cpp/${engine()}@${version}`];
  const how = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false"];
  execFileSync("npm", ["install", ...how, ...wanted], { cwd: directory, stdio: "inherit" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fetchIt();
