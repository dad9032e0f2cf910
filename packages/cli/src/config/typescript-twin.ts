const twins: Record<string, string> = { ".js": ".ts", ".mjs": ".mts", ".jsx": ".tsx" };

/** What `./x.js` in a TypeScript file means when there is no such file: `./x.ts`. Null where that is not the question. */
export function twinOf(specifier: string, parent: string | undefined, error: unknown): string | null {
  if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_MODULE_NOT_FOUND") return null;
  if (!/^(\.\.?\/|file:|\/)/.test(specifier) || !/\.m?ts$/.test(parent ?? "")) return null;
  const [, stem = "", extension = ""] = /^(.*)(\.[a-z]+)$/.exec(specifier) ?? [];
  const twin = twins[extension];
  return twin === undefined ? null : `${stem}${twin}`;
}
