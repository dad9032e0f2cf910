import * as family from "../errors.ts";
import type { Tagger } from "./tagged.ts";

/** An error among the tagged values. */
interface StoredError {
  /** The nearest class this engine knows: a built-in one or one of the HoldpointError family. */
  class: string;
  name: string;
  message: string;
  stack?: string;
  cause?: unknown;
  errors?: unknown;
  /** Its own enumerable properties: `code`, `errno`, `details`, … */
  own?: Record<string, unknown>;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const builtIn: Record<string, ErrorClass> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
};

const known: Record<string, ErrorClass | undefined> = { ...builtIn };
for (const [name, value] of Object.entries(family)) {
  if (typeof value === "function" && value.prototype instanceof Error) known[name] = value;
}

const longestStack = 16 * 1024;
const longestMessage = 64 * 1024;
const largestOwn = 16 * 1024;

/**
 * An error must always be storable, whatever a library has hung on it: its own properties that cannot be
 * stored (sockets, requests, functions) or are larger than 16 KiB are left out.
 */
export function tagError(error: Error, tagger: Tagger): StoredError {
  const stored: StoredError = {
    class: classOf(error),
    name: String(error.name),
    message: cut(String(error.message), longestMessage),
  };
  if (typeof error.stack === "string") stored.stack = cut(error.stack, longestStack);
  if ("cause" in error && error.cause !== undefined) {
    const cause = tagger.optional(() => tagger.tagAt("cause", error.cause));
    if (cause !== undefined) stored.cause = cause;
  }
  if (error instanceof AggregateError) {
    stored.errors = tagger.optional(() => tagger.tagAt("errors", error.errors)) ?? [];
  }
  const own: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (handled.has(key)) continue;
    const value: unknown = Reflect.get(error, key);
    const tagged = tagger.optional(() => tagger.tagAt(key, value));
    if (tagged !== undefined && JSON.stringify(tagged).length <= largestOwn) own[key] = tagged;
  }
  if (Object.keys(own).length > 0) stored.own = own;
  return stored;
}

const handled = new Set(["name", "message", "stack", "cause", "errors", "__proto__"]);

/** An error of the class it had, or of the nearest one this engine knows, with its name, message, stack, cause and data. */
export function reviveError(fields: Record<string, unknown>, revive: (tree: unknown) => unknown): Error {
  const stored = fields as unknown as StoredError;
  const error = bareError(stored);
  if (stored.stack === undefined) hide(error, "stack", undefined);
  else hide(error, "stack", stored.stack);
  if (stored.cause !== undefined) hide(error, "cause", revive(stored.cause));
  if (stored.errors !== undefined) hide(error, "errors", revive(stored.errors));
  if (stored.own) {
    for (const key of Object.keys(stored.own)) Reflect.set(error, key, revive(stored.own[key]));
  }
  return error;
}

function bareError(stored: StoredError): Error {
  if (stored.class === "DOMException") return new DOMException(stored.message, stored.name);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error(stored.message);
  Error.stackTraceLimit = limit;
  const target = known[stored.class] ?? Error;
  if (target !== Error) Object.setPrototypeOf(error, target.prototype as object);
  if (error.name !== stored.name) {
    // HoldpointError sets its name as an own property; so does most code that sets one at all.
    Object.defineProperty(error, "name", { value: stored.name, enumerable: false, writable: true, configurable: true });
  }
  return error;
}

function classOf(error: Error): string {
  if (error instanceof DOMException) return "DOMException";
  for (let type: unknown = Object.getPrototypeOf(error); type !== null; type = Object.getPrototypeOf(type)) {
    const name = (type as Error).constructor?.name;
    if (name !== undefined && known[name] !== undefined && isKnown(type as object, name)) return name;
  }
  return "Error";
}

/** A user's class that is merely called TimeoutError is not ours; a built-in of another realm is one all the same. */
function isKnown(prototype: object, name: string): boolean {
  return known[name]?.prototype === prototype || name in builtIn;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
