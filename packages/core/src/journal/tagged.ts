import { isDate, isMap, isNativeError, isPromise, isRegExp, isSet, isTypedArray } from "node:util/types";
import { NotStorableError } from "../errors.ts";
import { maxDepth } from "./plain-json.ts";
import { tagError } from "./stored-error.ts";

/**
 * The `rich` form: JSON in which an object with a single key that begins with `$` stands for something JSON
 * has no word for: `{"$date": 0}`, `{"$map": [["a", 1]]}`. A plain object that happens to look like that is wrapped: `{"$plain": {…}}`.
 *
 * It is a tree like the value (devalue's flat list is not), so an edit of one place changes the bytes of
 * that place only, which is what makes large values share chunks; and it stays legible in the database.
 */
export function tagValue(value: unknown, subject: string): unknown {
  return new Tagger(subject).tag(value);
}

/** A part of the tagged form. */
export type Tree = Record<string, unknown>;

/** One walk over a value; copies only what has to change. */
export class Tagger {
  readonly #subject: string;
  readonly #path: Segment[] = [];
  /** The objects around the one being walked: few, so a list is faster than a set. */
  readonly #above: object[] = [];

  constructor(subject: string) {
    this.#subject = subject;
  }

  /** The JSON tree that stands for `value`; parts that are plain JSON are returned as they are. */
  tag(value: unknown): unknown {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return { $number: Object.is(value, -0) ? "-0" : String(value) };
      case "undefined":
        return { $undefined: true };
      case "bigint":
        return { $bigint: String(value) };
      case "object":
        return value === null ? null : this.#tagObject(value);
      case "function":
        return this.refuse(`is a function${value.name ? ` (${value.name})` : ""}; only data can be stored`);
      default:
        return this.refuse("is a symbol; only data can be stored");
    }
  }

  /** `tag` one step further down. */
  tagAt(segment: Segment, value: unknown): unknown {
    this.#path.push(segment);
    const tagged = this.tag(value);
    this.#path.pop();
    return tagged;
  }

  refuse(reason: string): never {
    throw new NotStorableError(this.#subject, this.#path.map(readable).join("").replace(/^[. ]/, ""), reason);
  }

  /** Runs `attempt`; if what it walked cannot be stored, the result is undefined and the walk goes on. */
  optional<T>(attempt: () => T): T | undefined {
    const depth = this.#path.length;
    const above = this.#above.length;
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof NotStorableError)) throw error;
      this.#path.length = depth;
      this.#above.length = above;
      return undefined;
    }
  }

  #tagObject(value: object): unknown {
    if (this.#above.includes(value)) this.refuse("refers back to an object that contains it; a cycle cannot be stored");
    if (this.#above.length >= maxDepth) this.refuse(`is nested more than ${maxDepth} levels deep`);
    this.#above.push(value);
    const tagged = this.#tagKind(value);
    this.#above.pop();
    return tagged;
  }

  #tagKind(value: object): unknown {
    if (Array.isArray(value)) return this.#tagArray(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#tagPlain(value as Tree);
    if (prototype === null) return { $null: this.tagFields(value as Tree) };
    if (isDate(value)) return { $date: Number.isNaN(value.getTime()) ? null : value.getTime() };
    if (isNativeError(value) || value instanceof Error) return { $error: tagError(value, this) };
    if (isMap(value)) return this.#own(value, Map, () => ({ $map: this.#tagMap(value) }));
    if (isSet(value)) {
      return this.#own(value, Set, () => ({ $set: Array.from(value, (item, index) => this.tagAt(index, item)) }));
    }
    if (isTypedArray(value)) return this.#tagBytes(value);
    if (value instanceof ArrayBuffer) return { $buffer: ["ArrayBuffer", base64(new Uint8Array(value))] };
    if (isRegExp(value)) return { $regexp: [value.source, value.flags, value.lastIndex] };
    if (value instanceof URL) return { $url: value.href };
    if (isForeignPlain(prototype)) return this.#tagPlain(value as Tree);
    return this.#refuseInstance(value);
  }

  #tagPlain(value: Tree): unknown {
    const fields = this.tagFields(value);
    return looksTagged(fields) ? { $plain: fields } : fields;
  }

  /** The own enumerable fields of an object; the same object when none of them had to change. */
  tagFields(value: Tree): Tree {
    let changed: Tree | null = null;
    const keys = Object.keys(value);
    for (const key of keys) {
      const field = value[key];
      const tagged = typeof field === "string" ? field : this.tagAt(key, field);
      if (changed === null) {
        if (tagged === field) continue;
        changed = {};
        for (const earlier of keys) {
          if (earlier === key) break;
          setField(changed, earlier, value[earlier]);
        }
      }
      setField(changed, key, tagged);
    }
    // Without a prototype JSON.stringify would still do the right thing; a foreign realm's toJSON would not.
    return changed ?? value;
  }

  #tagArray(value: unknown[]): unknown {
    if (Object.getPrototypeOf(value) !== Array.prototype && value.constructor.name !== "Array") {
      this.#refuseInstance(value);
    }
    const keys = Object.keys(value);
    if (keys.length === value.length && (value.length === 0 || keys[value.length - 1] === String(value.length - 1))) {
      return this.#tagItems(value);
    }
    const items: [number, unknown][] = [];
    const own: Tree = {};
    for (const key of keys) {
      const index = Number(key);
      if (Number.isInteger(index) && index >= 0 && String(index) === key) {
        items.push([index, this.tagAt(index, value[index])]);
      } else {
        setField(own, key, this.tagAt(key, (value as unknown as Tree)[key]));
      }
    }
    return { $array: [value.length, items, own] };
  }

  #tagItems(value: unknown[]): unknown[] {
    let changed: unknown[] | null = null;
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      const tagged = typeof item === "string" ? item : this.tagAt(index, item);
      if (changed === null && tagged !== item) changed = value.slice(0, index);
      changed?.push(tagged);
    }
    return changed ?? value;
  }

  #tagMap(value: Map<unknown, unknown>): unknown[] {
    return Array.from(value, ([key, item], index) => [
      this.tagAt({ text: ` key ${index}` }, key),
      this.tagAt({ text: `.get(${typeof key === "string" ? JSON.stringify(key) : index})` }, item),
    ]);
  }

  #tagBytes(value: NodeJS.TypedArray): unknown {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (Buffer.isBuffer(value)) return { $buffer: ["Buffer", base64(bytes)] };
    const kind = value[Symbol.toStringTag];
    if (value.constructor.name !== kind) this.#refuseInstance(value);
    return { $buffer: [kind, base64(bytes)] };
  }

  /** A subclass of Map or Set would come back as a bare one. */
  #own(value: object, kind: { readonly name: string }, tag: () => unknown): unknown {
    return value.constructor.name === kind.name ? tag() : this.#refuseInstance(value);
  }

  #refuseInstance(value: object): never {
    if (isPromise(value)) this.refuse("is a promise; await it first");
    const name = value.constructor?.name || "a class";
    const way =
      "toJSON" in value && typeof value.toJSON === "function" ? "its toJSON()" : "a plain object with its fields";
    return this.refuse(`is an instance of ${name} and would not come back as one; store ${way} instead`);
  }
}

/** Whether an object in the tree has exactly one key and that begins with `$`. */
export function looksTagged(tree: Tree): boolean {
  let first = true;
  for (const key in tree) {
    if (!first || key.charCodeAt(0) !== 36) return false;
    first = false;
  }
  return !first;
}

/** `Object.prototype` of another realm (a test runner's sandbox): bottom of its chain and called Object. */
function isForeignPlain(prototype: unknown): boolean {
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    prototype.constructor?.name === "Object"
  );
}

function setField(object: Tree, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}

/** A step of the path to a value: a property, an index, or what reads otherwise. */
type Segment = string | number | { readonly text: string };

function readable(segment: Segment): string {
  if (typeof segment === "object") return segment.text;
  if (typeof segment === "number") return `[${segment}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
