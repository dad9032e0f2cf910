import type { z } from "zod";
import type { Routes } from "./contract/index.ts";
import type { RouteName } from "./paths.ts";

/** What a schema takes; an object without fields asks for nothing. */
type Taken<S> = S extends Record<string, never> ? unknown : S;
type Part<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? Taken<z.input<S>> : unknown;
type BodyOf<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a route takes, in one object: the parts of its path, its query or its body. */
export type RouteInput<N extends RouteName> = Part<Routes[N], "params"> &
  Part<Routes[N], "query"> &
  Part<Routes[N], "body">;

/** What a route gives. */
export type RouteOutput<N extends RouteName> = Routes[N] extends { success: infer S }
  ? { [K in keyof S]: BodyOf<S[K]> }[keyof S]
  : never;

/** Routes that give a stream of events. */
export type StreamName = { [N in RouteName]: Routes[N] extends { stream: unknown } ? N : never }[RouteName];

/** What an event of a stream is. */
export type StreamItem<N extends RouteName> = Routes[N] extends { stream: infer S extends z.ZodType }
  ? z.output<S>
  : never;
