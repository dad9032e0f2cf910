import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * Makes answers old: those on the screen are asked for again. A first answer that is still on its way may have been given before what
 * happened, and would count as fresh once it is here: it is asked for again then.
 */
export function makeOld(queries: QueryClient, filters: QueryFilters = {}): void {
  const underWay = queries
    .getQueryCache()
    .findAll({ ...filters, fetchStatus: "fetching" })
    .filter(({ state }) => state.data === undefined);
  void queries.invalidateQueries(filters);
  for (const query of underWay) {
    const again = () => queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    // The fetch that is under way, not another one.
    query.fetch().then(again, () => {});
  }
}
