import type { RouteName, Routes } from "@holdpoint/client/contract";
import type { Engine } from "@holdpoint/core";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import type { Reach } from "../access/reach.ts";
import type { lineOfStart } from "../audit/audited-call.ts";
import type { Server } from "../server.ts";

type Part<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? z.output<S> : Record<never, never>;
type Success<R> = R extends { success: infer S } ? S : never;
type BodyOf<S> = S extends z.ZodType ? z.input<S> : null;

/** A checked request: everything its schemas say holds, and whoever sends it may. */
export interface Call<N extends RouteName> {
  /** The engine of the caller's namespace: no handler can reach another. */
  engine: Engine;
  principal: Principal;
  /** For which workflows they may do this: lists are narrowed to it. */
  reach: Reach;
  /** Who acts, for the engine and its audit trails. */
  actor: { by: string; channel: string; address?: string };
  params: Part<Routes[N], "params">;
  query: Part<Routes[N], "query">;
  body: Part<Routes[N], "body">;
  request: Request;
  /** Names it in the log. */
  requestId: string;
  server: Server;
  /** What the audit log says of a run that the call makes, written with it; undefined where nothing is audited. */
  lineOfRun: ReturnType<typeof lineOfStart>;
}

/** What a handler gives back: a body with the route's only status, or one of them with its body. */
export type Reply<N extends RouteName> = {
  [S in keyof Success<Routes[N]>]: {
    status: S;
    body: BodyOf<Success<Routes[N]>[S]>;
    /** The body as JSON text, where it has been made. */
    json?: string;
    headers?: Record<string, string>;
  };
}[keyof Success<Routes[N]>];

/** Does what a route is for. */
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Reply<N> | Response>;
