import { closest } from "@holdpoint/core";
import { codeFields, optionalParts, otherVariables, settings } from "./settings.ts";

/** A variable of ours that nothing reads. */
export interface UnknownVariable {
  name: string;
  /** The known one that is probably meant; null where none is near. */
  meant: string | null;
}

/** Variables that are known without being settings: those of graphs, of our own tests, and what Kubernetes says of a Service named holdpoint. */
const others = /^HOLDPOINT_(GRAPH|TEST)_|^HOLDPOINT_(\w+_)?(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP)|TCP|UDP)/;

/** Variables that begin with `HOLDPOINT_` and are none of ours. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): UnknownVariable[] {
  const ofSettings = settings.flatMap(({ env, envFile }) => (envFile === undefined ? [env] : [env, envFile]));
  const known = [...ofSettings, ...Object.keys(otherVariables)];
  const left = Object.keys(environment).filter((name) => name.startsWith("HOLDPOINT_") && !known.includes(name));
  return left
    .filter((name) => !others.test(name))
    .sort()
    .map((name) => ({
      name,
      meant:
        closest(
          name.slice(10),
          known.map((one) => one.slice(10)),
        ) ?? null,
    }))
    .map(({ name, meant }) => ({ name, meant: meant === null ? null : `HOLDPOINT_${meant}` }));
}

/** A sentence for each field of a configuration that is no setting. */
export function unknownFields(config: unknown, file: string): string[] {
  return [...fieldsOf(config, "")].map(({ path, known }) => {
    const meant = closest(path, known);
    return `${file}: ${path} is no setting${meant ? `; did you mean ${meant}?` : `; there are ${known.join(", ")}`}`;
  });
}

function* fieldsOf(group: unknown, at: string): Generator<{ path: string; known: string[] }> {
  if (typeof group !== "object" || group === null) return;
  const before = at === "" ? "" : `${at}.`;
  const below = settings.filter(({ path }) => path.startsWith(before));
  const names = new Set(below.map(({ path }) => path.slice(before.length).split(".")[0] ?? ""));
  const code = codeFields[at] ?? [];
  for (const [name, value] of Object.entries(group)) {
    const path = `${before}${name}`;
    if (value === undefined || code.includes(name)) continue;
    if (!names.has(name)) yield { path, known: [...names, ...code].map((one) => `${before}${one}`) };
    else if (!below.some((one) => one.path === path)) {
      if (typeof value === "object" || (typeof value === "boolean" && optionalParts.includes(path)))
        yield* fieldsOf(value, path);
      else yield { path, known: below.filter((one) => one.path.startsWith(`${path}.`)).map((one) => one.path) };
    }
  }
}
