import { ValidationError } from "@holdpoint/core";

/**
 * Where somebody goes after signing in: the path they asked for where it is allowed, and otherwise the first one that is. Never another
 * site: what browsers read as one (`//evil.example`, `/\evil.example`, a tab or a line break in between) is no path.
 *
 * @param allowed paths of this server; each allows itself and what lies below it, by whole segments
 *
 * @example
 * returnPath("/runs/7?tab=journal", ["/"]); // "/runs/7?tab=journal"
 * returnPath("//evil.example", ["/"]); // "/"
 */
export function returnPath(asked: string | null, allowed: readonly string[]): string {
  const [home = "/"] = allowed;
  if (asked === null || asked.length > 2000 || !/^\/(?![/\\])[!-~]*$/.test(asked) || asked.includes("\\")) return home;
  const base = "http://localhost";
  if (!URL.canParse(asked, base)) return home;
  const url = new URL(asked, base);
  // As a browser reads it: `/a/..//evil.example` becomes `//evil.example`.
  if (url.origin !== base || url.pathname.startsWith("//")) return home;
  const fits = allowed.some((one) => one === "/" || url.pathname === one || url.pathname.startsWith(`${one}/`));
  return fits ? `${url.pathname}${url.search}${url.hash}` : home;
}

/** @throws ValidationError one of them is not a path, or there is none */
export function checkReturnPaths(paths: readonly string[], subject: string): readonly string[] {
  if (paths.length > 0 && paths.every((one) => one === "/" || /^(\/[\w.~-]+)+$/.test(one))) return paths;
  throw new ValidationError(subject, [
    {
      path: "returnPaths",
      message: 'must be paths of this server, as "/" or "/console", the one to go to by default first',
    },
  ]);
}
