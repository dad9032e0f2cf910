import { HoldpointError } from "@holdpoint/core";

/** It went well, with a value. Made by `ok`. */
export class Ok<T> {
  /** Tells it from `Err`. */
  readonly ok = true as const;
  /** What it gave. */
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
}

/** It failed, and says so without throwing. Made by `err`. */
export class Err<E = unknown> {
  /** Tells it from `Ok`. */
  readonly ok = false as const;
  /** Why. */
  readonly error: E;
  constructor(error: E) {
    this.error = error;
  }
}

/** What a step may give where failing is one of its answers: the value itself, or `ok(value)`, or `err(why)`. */
export type Result<T, E = unknown> = Ok<T> | Err<E>;

/** The value of what a step gives: out of its promise and its `ok`, without its `err`. */
export type Unwrapped<R> = Awaited<R> extends infer V ? (V extends Ok<infer T> ? T : V extends Err ? never : V) : never;

/**
 * Says that it went well.
 *
 * @example
 * const found = ok({ id: "A-7" });
 */
export function ok<T>(value: T): Ok<T> {
  return new Ok(value);
}

/**
 * Says that it failed: the same as throwing, for those who would rather return.
 *
 * @example
 * const refused = err("out of stock");
 */
export function err<E>(error: E): Err<E> {
  return new Err(error);
}

/** The value of a result, or of what is none. Throws what an `Err` holds; what is no `Error` becomes the text of one. */
export function unwrap<R>(given: R): Unwrapped<R> {
  if (given instanceof Err) throw errorOf(given.error);
  return (given instanceof Ok ? given.value : given) as Unwrapped<R>;
}

function errorOf(error: unknown): Error {
  if (error instanceof Error) return error;
  const message = typeof error === "string" ? error : (JSON.stringify(error) ?? String(error));
  return new HoldpointError("RETURNED", message, { error });
}
