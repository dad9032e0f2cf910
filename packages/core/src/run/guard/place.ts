/**
 * The place in the author's code that a stack leads to, as `file:line:column`, below the working directory written relative to it.
 * Null when the engine itself, or a library on its own account, is what was running.
 *
 * Reads the stack as text: source maps (Node's, a test runner's) have then already been applied.
 */
export function placeOf(stack: string): string | null {
  for (const line of stack.split("\n")) {
    const frame = frameOf(line);
    if (frame === null) continue;
    if (excused.some((library) => library.test(frame.file))) return null;
    if (isLibrary(frame.file)) continue;
    if (isEngine(frame.file)) return null;
    const below = frame.file.startsWith(process.cwd()) ? frame.file.slice(process.cwd().length + 1) : frame.file;
    return `${below}:${frame.line}:${frame.column}`;
  }
  return null;
}

const location = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

function frameOf(line: string): { file: string; line: string; column: string } | null {
  const match = location.exec(line);
  if (!match) return null;
  const [, where = "", row = "", column = ""] = match;
  // Bundlers and test runners append a query to make a module load anew.
  const address = where.replace(/[?#].*$/, "");
  return { file: toPath(address), line: row, column };
}

function toPath(address: string): string {
  if (!address.startsWith("file:")) return address;
  return decodeURIComponent(new URL(address).pathname).replace(/^\/([A-Za-z]:)/, "$1");
}

const installed = /[\\/]node_modules[\\/](?:@holdpoint[\\/]|holdpoint[\\/])/;
const library = /[\\/]node_modules[\\/]/;

/** The directory of the packages when they run from their sources; null when installed, or bundled into the author's own file. */
const workshop = /^(.*[\\/]packages[\\/])core[\\/](?:src|dist)[\\/]/.exec(toPath(import.meta.url))?.[1] ?? null;

/** Libraries whose clocks and dice are for themselves. */
const excused: RegExp[] = [];

/**
 * Lets a library that workflow code calls read the clock and roll dice for its own use (log lines, ids nobody reads again): such
 * calls of it are not the author's. What it decides must not depend on them; whoever excuses a library has looked.
 *
 * Such a library may also take turns of the event loop for itself, as streams do: a run is then given a few of them before it is said
 * to wait for something that is not recorded.
 *
 * @param name of the package, as in an import
 */
export function excuseLibrary(name: string): void {
  const path = name.split("/").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const library = new RegExp(`[\\\\/]node_modules[\\\\/]${path.join("[\\\\/]")}[\\\\/]`);
  if (!excused.some(({ source }) => source === library.source)) excused.push(library);
}

/** How many turns of the event loop a run may take without a call that is recorded: none, unless a library was excused. */
export const excusedTurns = (): number => (excused.length > 0 ? 64 : 0);

function isEngine(file: string): boolean {
  if (installed.test(file)) return true;
  return workshop !== null && file.startsWith(workshop) && !/\.(?:test|fixture)\.[cm]?[jt]sx?$/.test(file);
}

function isLibrary(file: string): boolean {
  return library.test(file) && !installed.test(file);
}
