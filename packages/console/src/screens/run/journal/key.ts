/** A key of a journal, taken apart: `all#1.b/step:pay back#2` is the second "pay back" of branch b. */
export interface ParsedKey {
  /** The scopes it stands in, outermost first. */
  scopes: Scope[];
  /** `step`, `hold`, `sleep`, `all`, …; what the key begins with where it is of no known form. */
  kind: string;
  /** What the author called it; "" where such things have no name. */
  name: string;
  /** Which one of that name, from 1. */
  n: number;
}

/** A branch of a combinator, a further try, or a shielded part. */
export interface Scope {
  /** The key of the combinator: `all#1`, with the scopes before it. */
  group: string;
  /** The path of the branch, as keys inside begin with it: `all#1.b/`. */
  path: string;
  kind: string;
  /** The branch's name; null for a part that has no branches. */
  branch: string | null;
}

const scopeStart =
  /^((?:(all|race|any|map)(?::[^#/]*)?#\d+(?:~\d+)?)\.([^/]*)|(try)\.(\d+)|((shield)(?::[^#/]*)?#\d+))\//;
const leaf = /^([a-z]+)(?::([\s\S]*))?#(\d+)(?:~\d+)?$/;

export function parseKey(key: string): ParsedKey {
  const scopes: Scope[] = [];
  let path = "";
  for (;;) {
    const found = scopeStart.exec(key.slice(path.length));
    if (found === null) break;
    const [all, , combinator, branch, tried, number, shielded] = found;
    const kind = combinator ?? tried ?? "shield";
    const group =
      path + (shielded ?? (tried === undefined ? all.slice(0, all.length - (branch ?? "").length - 2) : "try"));
    path += all;
    const name = branch ?? number ?? null;
    scopes.push({ group, path, kind, branch: name === null ? null : name.replaceAll("%2F", "/") });
  }
  const [, kind = "", name = "", n = "1"] = leaf.exec(key.slice(path.length)) ?? [];
  return kind === "" ? { scopes, kind: key.slice(path.length), name: "", n: 1 } : { scopes, kind, name, n: Number(n) };
}
