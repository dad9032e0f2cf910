import { realpath, stat } from "node:fs/promises";
import { extname, isAbsolute, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { closest, NotAllowedError, NotFoundError } from "@holdpoint/core";

const extensions = [".ts", ".mts", ".js", ".mjs"];

/**
 * What a module below a folder exports under a name. Documents name modules as `steps.greet` or `steps/greet`; nothing outside of the
 * folder is ever loaded, by whatever path or link.
 *
 * @throws NotFoundError there is no such module, or it exports no such name. NotAllowedError it is outside of the folder
 */
export async function exportOf(folder: string, module: string, name: string): Promise<unknown> {
  const file = await findModule(folder, module);
  const exports = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  if (Object.hasOwn(exports, name)) return exports[name];
  const names = Object.keys(exports);
  const close = closest(name, names);
  throw new NotFoundError(
    `export of ${module}`,
    name,
    close ? `did you mean "${close}"?` : `it exports ${names.join(", ") || "nothing"}`,
  );
}

async function findModule(folder: string, module: string): Promise<string> {
  const root = await realpath(resolve(folder));
  for (const candidate of candidates(module)) {
    const file = await realpath(join(root, candidate)).catch(() => null);
    if (file === null || !(await stat(file)).isFile()) continue;
    if (!file.startsWith(root + sep)) {
      throw new NotAllowedError(`module "${module}" leads out of ${folder}; steps are loaded from below it only`, {
        module,
      });
    }
    return file;
  }
  throw new NotFoundError("module", module, `looked for ${candidates(module).join(", ")} below ${folder}`);
}

/** The files a module may be, relative to the folder. */
function candidates(module: string): string[] {
  const refuse = (): never => {
    throw new NotAllowedError(`module "${module}" is no path below a folder; name modules as in "steps.greet"`, {
      module,
    });
  };
  if (module === "" || isAbsolute(module) || /[\0\\:]/.test(module)) return refuse();
  const path = module.replace(/^\.\//, "");
  if (path.split("/").some((part) => part === ".." || part === "." || part === "")) return refuse();
  if (extensions.includes(extname(path))) return [path];
  const parts = path.split(/[./]/);
  if (parts.some((part) => part === "")) return refuse();
  const base = parts.join("/");
  return [
    ...extensions.map((extension) => `${base}${extension}`),
    ...extensions.map((extension) => `${base}/index${extension}`),
  ];
}
