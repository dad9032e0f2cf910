import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { rolldown } from "rolldown";

/**
 * Writes a package's JavaScript into its `dist`: a file for each entry, and files for what entries or lazy imports share.
 * Its `dependencies` stay imports; its `devDependencies` are taken in as far as they are used, each as a file of its own
 * with its licence beside it.
 *
 * @param {string} directory the package
 * @param {Record<string, string>} entries as `entriesOf` gives them
 * @returns {Promise<string[]>} what was written, relative to `dist`
 */
export async function bundle(directory, entries) {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const outside = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const takenIn = Object.keys(manifest.devDependencies ?? {});
  const dist = join(directory, "dist");

  const bundler = await rolldown({
    cwd: directory,
    input: entries,
    platform: "node",
    external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
    onLog(_level, { message }) {
      throw new Error(message);
    },
  });
  const { output } = await bundler.generate({
    dir: dist,
    format: "esm",
    sourcemap: true,
    // What is shared is called after one of its files, which misleads where it is the bulk of the package.
    chunkFileNames: ({ name, moduleIds }) =>
      moduleIds.length > 50 && !takenIn.includes(name) ? "shared.js" : "[name].js",
    codeSplitting: {
      groups: takenIn.map((name) => ({ name, test: (id) => id.includes(folder("node_modules", name)) })),
    },
  });
  await bundler.close();

  const stranger = output
    .flatMap(({ moduleIds }) => moduleIds ?? [])
    .find(
      (id) => id.includes(folder("node_modules")) && !takenIn.some((name) => id.includes(folder("node_modules", name))),
    );
  if (stranger) throw new Error(`${stranger} is a dependency that package.json does not list`);
  const files = new Map(output.map(({ fileName, code, source }) => [fileName, code ?? source]));
  for (const name of takenIn) {
    if (!files.has(`${name}.js`)) continue;
    // Whoever debugs that code has its own package; its map would be two thirds of what this package weighs.
    files.delete(`${name}.js.map`);
    files.set(`${name}.js`, files.get(`${name}.js`).replace(/\n\/\/# sourceMappingURL=.*/, ""));
    files.set(`${name}.LICENSE`, licenceOf(output.find(({ fileName }) => fileName === `${name}.js`)));
  }
  for (const [file, text] of files) {
    // Errors say their class's name, and journals keep it.
    const renamed = /\bclass \w+[$]\d|\w+[$]\d+ = class\b/.exec(text)?.[0];
    if (renamed && file.endsWith(".js") && !takenIn.includes(file.replace(/[.]js$/, "")))
      throw new Error(`two classes have one name, and the bundler renames one: ${renamed}`);
  }
  replace(dist, files);
  removeStrays(directory, files);
  return [...files.keys()];
}

function folder(...names) {
  return join(sep, ...names, sep);
}

/** File by file over what is there: a program that runs from `dist` at this moment finds every file at any time. */
function replace(dist, files) {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, `${file}.next`), text);
    renameSync(join(dist, `${file}.next`), join(dist, file));
  }
}

/** What earlier builds left: files that no longer exist in the sources would otherwise be published. */
function removeStrays(directory, files) {
  const dist = join(directory, "dist");
  for (const file of readdirSync(dist, { recursive: true })) {
    const declares = /^(.*)[.]d[.]ts$/.exec(file)?.[1];
    const known =
      declares === undefined
        ? files.has(file)
        : ["ts", "tsx"].some((kind) => existsSync(join(directory, "src", `${declares}.${kind}`)));
    // What Vite builds is Vite's.
    if (file.startsWith(join("app", sep))) continue;
    if (!known && /[.](js|ts|map|LICENSE)$/.test(file)) rmSync(join(dist, file));
  }
}

function licenceOf({ name, moduleIds }) {
  const its = folder("node_modules", name);
  // The bundler's own runtime may stand before it.
  const file = moduleIds.find((id) => id.includes(its));
  return readFileSync(join(file.slice(0, file.lastIndexOf(its) + its.length), "LICENSE"), "utf8");
}
