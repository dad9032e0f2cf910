// What a user gets: packs every package, looks at the tarballs (publint, are-the-types-wrong), installs them into an empty
// strict TypeScript project, and compiles and runs the README's first example and scripts/user-project there, under both
// module resolutions.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { npm } from "./bootstrap/npm.mjs";
import { readBlocks } from "./snippets/blocks.mjs";

const root = resolve(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "holdpoint-packages-"));
const problems = [];

try {
  const packages = readdirSync(join(root, "packages"))
    .map((room) => join(root, "packages", room))
    .filter((directory) => existsSync(join(directory, "package.json")));
  const packed = new Map();
  for (const directory of packages) {
    const { manifest, tarball } = await inspect(directory);
    packed.set(manifest.name, { manifest, tarball });
  }
  tryOut([...closure("holdpoint", packed)].map((name) => packed.get(name).tarball));
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) console.error(`✗ ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A package of ours and those of ours it needs. */
function closure(name, packed, found = new Set()) {
  if (!packed.has(name) || found.has(name)) return found;
  found.add(name);
  for (const needed of Object.keys(packed.get(name).manifest.dependencies ?? {})) closure(needed, packed, found);
  return found;
}

/** Packs one package and looks at what would be published. */
async function inspect(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", work], directory));
  const tarball = join(work, packed.filename);
  const files = packed.files.map(({ path }) => path);
  console.log(
    `${manifest.name} ${manifest.version}: ${files.length} files, ${Math.round(packed.unpackedSize / 1024)} KiB`,
  );

  for (const wanted of ["LICENSE", "README.md"]) {
    if (!files.includes(wanted)) problems.push(`${manifest.name} is published without ${wanted}`);
  }
  const licence = (where) => readFileSync(join(where, "LICENSE"), "utf8");
  if (files.includes("LICENSE") && licence(directory) !== licence(root)) {
    problems.push(`${manifest.name}: LICENSE is not the repository's`);
  }
  const stray = files.filter(
    (path) => /^src\/|[.](test|fixture)[.]|\/[.]|[.]map$/.test(path) && !path.endsWith(".js.map"),
  );
  if (stray.length > 0) problems.push(`${manifest.name} would publish ${stray.join(", ")}`);

  const { messages } = await publint({
    strict: true,
    pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
  });
  for (const message of messages)
    problems.push(`${manifest.name}: publint: ${formatMessage(message, manifest, { color: false })}`);

  const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  attempt(`${manifest.name}: are-the-types-wrong`, () =>
    node([attw, tarball, "--profile", "esm-only", "--no-definitely-typed", "--no-color", "--format", "ascii"], root),
  );
  return { manifest, tarball };
}

/** Installs the tarballs as a user would, and compiles and runs the first example of the README. */
function tryOut(tarballs) {
  const project = join(work, "project");
  mkdirSync(join(project, "src"), { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const tools = ["typescript", "@types/node", "zod"];
  write(project, "package.json", { name: "empty", private: true, type: "module" });

  const began = performance.now();
  npm(["install", "--prefer-offline", "--ignore-scripts", ...tarballs], project);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const megabytes =
    Number(execFileSync("du", ["-sk", "node_modules"], { cwd: project, encoding: "utf8" }).split("\t")[0]) / 1024;
  console.log(`installed into an empty project: ${seconds} s, ${megabytes.toFixed(1)} MiB`);
  npm(
    ["install", "--prefer-offline", "--ignore-scripts", ...tools.map((name) => `${name}@${devDependencies[name]}`)],
    project,
  );

  attempt("the command answers", () => {
    const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
    const said = execFileSync(join(project, "node_modules/.bin/holdpoint"), ["--version"], { encoding: "utf8" }).trim();
    if (!said.includes(version)) throw new Error(`holdpoint --version says "${said}", not ${version}`);
  });

  writeFileSync(join(project, "src/example.ts"), firstExample());
  cpSync(join(root, "scripts/user-project"), join(project, "src"), { recursive: true });
  const strict = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
  };
  const common = { ...strict, target: "es2023", types: ["node"], rootDir: "src", sourceMap: true, skipLibCheck: false };
  const resolutions = {
    nodenext: { module: "nodenext", outDir: "nodenext" },
    bundler: { module: "esnext", moduleResolution: "bundler", outDir: "bundler" },
  };
  for (const [name, options] of Object.entries(resolutions)) {
    write(project, `tsconfig.${name}.json`, { compilerOptions: { ...common, ...options }, include: ["src"] });
    const tsc = join(project, "node_modules/typescript/bin/tsc");
    const compiled = attempt(`a user's programs compile (${name})`, () =>
      node([tsc, "-p", `tsconfig.${name}.json`], project),
    );
    if (!compiled) continue;
    attempt(`the README's example runs (${name})`, () => node([`${name}/example.js`], project));
    attempt(`every entry leads to the same classes (${name})`, () => node([`${name}/one-instance.js`], project));
  }
  for (const [file, flags] of Object.entries({
    "src/wrong-workflows.ts": ["--enable-source-maps"],
    "nodenext/wrong-workflows.js": [],
  }))
    attempt(`what a replay could not repeat is told with its place in ${file}`, () => {
      const said = node([...flags, "nodenext/wrong-workflows.js"], project);
      wrongPlaces(file, readFileSync(join(project, file), "utf8"), said);
    });
}

/** Each of the wrong workflows stands on a line of its own, `name: async () => …`. */
function wrongPlaces(file, text, said) {
  const lines = text.split("\n");
  const names = lines.flatMap((line) => /^ +(\w+): async \(/.exec(line)?.[1] ?? []);
  const expected = names.map(
    (name) => `${name}\t${file}:${lines.findIndex((line) => line.includes(` ${name}: async`)) + 1}:`,
  );
  const wrong = expected.filter((place) => !said.includes(place));
  if (names.length === 0 || wrong.length > 0) throw new Error(`not said: ${wrong.join(", ")}; this was:\n${said}`);
}

/** The README's first TypeScript block; until there is one, a program that only needs the errors. */
function firstExample() {
  const readme = join(root, "README.md");
  const block = existsSync(readme) ? readBlocks(readme).find(({ language }) => language === "ts") : undefined;
  return (
    block?.code ??
    'import { HoldpointError } from "@holdpoint/core";\nconsole.log(new HoldpointError("CODE", "message").code);\n'
  );
}

function attempt(what, work) {
  try {
    work();
    console.log(`✓ ${what}`);
    return true;
  } catch (error) {
    problems.push(`${what}:\n${[error.stdout, error.stderr].filter(Boolean).join("\n") || error.message}`);
    return false;
  }
}

function node(args, cwd) {
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: "pipe" });
}

function write(directory, name, value) {
  writeFileSync(join(directory, name), JSON.stringify(value, null, 2));
}
