import { NotStorableError } from "../errors.ts";
import { reviveError } from "./stored-error.ts";
import { looksTagged, type Tree } from "./tagged.ts";

/** Gives the value back that `tagValue` was given. Changes and returns the tree itself. */
export function reviveTagged(tree: unknown): unknown {
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) {
    for (let index = 0; index < tree.length; index++) {
      const item: unknown = tree[index];
      if (typeof item === "object" && item !== null) tree[index] = reviveTagged(item);
    }
    return tree;
  }
  if (looksTagged(tree as Tree)) return reviveTag(tree as Tree);
  return reviveFields(tree as Tree);
}

function reviveFields(fields: Tree): Tree {
  for (const key in fields) {
    const field = fields[key];
    if (typeof field === "object" && field !== null) fields[key] = reviveTagged(field);
  }
  return fields;
}

function reviveTag(tree: Tree): unknown {
  for (const tag in tree) {
    const reviver = revivers[tag];
    // A tag this version does not know was written by a newer one.
    if (!reviver) throw new NotStorableError("payload", tag, "is a kind of value this version cannot read");
    return reviver(tree[tag]);
  }
  return tree;
}

/** Trees come from `tagValue`, so each tag's content has the shape written there. */
type Reviver = { revive(content: unknown): unknown }["revive"];

const revivers: Record<string, Reviver | undefined> = {
  $plain: reviveFields,
  $null: (fields: Tree) => Object.setPrototypeOf(reviveFields(fields), null) as unknown,
  $undefined: () => undefined,
  $number: (text: string) => Number(text),
  $bigint: (text: string) => BigInt(text),
  $date: (time: number | null) => new Date(time ?? Number.NaN),
  $map: (entries: [unknown, unknown][]) =>
    new Map(entries.map(([key, item]) => [reviveTagged(key), reviveTagged(item)])),
  $set: (items: unknown[]) => new Set(items.map(reviveTagged)),
  $regexp: ([source, flags, lastIndex]: [string, string, number]) => {
    const pattern = new RegExp(source, flags);
    pattern.lastIndex = lastIndex;
    return pattern;
  },
  $url: (href: string) => new URL(href),
  $error: (fields: Tree) => reviveError(fields, reviveTagged),
  $buffer: ([kind, text]: [string, string]) => reviveBytes(kind, text),
  $array: ([length, items, own]: [number, [number, unknown][], Tree]) => {
    const array: unknown[] = [];
    array.length = length;
    for (const [index, item] of items) array[index] = reviveTagged(item);
    return Object.assign(array, reviveFields(own));
  },
};

function reviveBytes(kind: string, text: string): unknown {
  const buffer = Buffer.from(text, "base64");
  if (kind === "Buffer") return buffer;
  // Its own memory: a pooled slice would have the wrong alignment and show its neighbours through `.buffer`.
  const memory = new Uint8Array(buffer).buffer;
  if (kind === "ArrayBuffer") return memory;
  const array: unknown = Reflect.get(globalThis, kind);
  if (typeof array !== "function") throw new NotStorableError("payload", "$buffer", `has the unknown kind ${kind}`);
  return Reflect.construct(array, [memory]);
}
