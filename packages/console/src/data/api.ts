import type { HoldpointClient, RouteInput, RouteOutput } from "@holdpoint/client";
import { type QueryKey, queryOptions, type UseQueryOptions } from "@tanstack/react-query";
import { client } from "./client.ts";

type Groups = keyof HoldpointClient & string;
/** The routes that can be asked for with a query: `holds.list`, `runs.show`. */
export type ApiRoute = { [G in Groups]: `${G}.${keyof HoldpointClient[G] & string}` }[Groups];

/** The key of a route's answers: `["holds", "show", { hold }]`. Its beginning names all answers of a route, or of a group. */
export const apiKey = (route: ApiRoute, input?: object): QueryKey => [
  ...route.split("."),
  ...(input === undefined ? [] : [input]),
];

/**
 * What `useQuery` needs to ask a route of the API.
 *
 * @example
 * const hold = useQuery(api("holds.show", { hold: id }));
 */
export function api<N extends ApiRoute>(
  route: N,
  input: RouteInput<N>,
): UseQueryOptions<RouteOutput<N>, Error, RouteOutput<N>, QueryKey> & { queryKey: QueryKey } {
  return queryOptions({
    queryKey: apiKey(route, input as object),
    queryFn: ({ signal }) => call(route, input, signal),
  });
}

/** Calls a route by its name. */
export function call<N extends ApiRoute>(
  route: N,
  input: RouteInput<N>,
  signal?: AbortSignal,
): Promise<RouteOutput<N>> {
  const [group = "", action = ""] = route.split(".");
  const functions = client as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>;
  const ask = functions[group]?.[action];
  if (!ask) throw new Error(`the API has no route ${route}`);
  return ask(input, signal ? { signal } : {}) as Promise<RouteOutput<N>>;
}
