import type { FlowDefinition } from "../definition/definition.ts";
import type { Reading } from "./places.ts";

/** Steps nobody gets to, and loops nobody gets out of. */
export function checkWays(definition: FlowDefinition, reading: Reading): void {
  const next = new Map<string, { to: string; sure: boolean }[]>();
  for (const { from, to, when, otherwise } of definition.edges) {
    const list = next.get(from) ?? [];
    list.push({ to, sure: when === undefined && !otherwise });
    next.set(from, list);
  }
  const reached = new Set<string>(definition.entry);
  for (const id of reached) for (const { to } of next.get(id) ?? []) reached.add(to);
  for (const [i, { id }] of reading.document.steps.entries()) {
    if (!reached.has(id)) reading.warning(`steps[${i}]`, `no path leads to "${id}": it never runs`);
  }
  for (const loop of endlessLoops(next, reached)) {
    reading.problem(
      "flow",
      `the loop ${[...loop, loop[0]].join(" → ")} has no way out: give one of its paths a condition`,
    );
  }
}

/** Ways back on which every step is certain: nothing ever decides to leave them. */
function endlessLoops(
  next: ReadonlyMap<string, readonly { to: string; sure: boolean }[]>,
  reached: ReadonlySet<string>,
): string[][] {
  const loops: string[][] = [];
  const done = new Set<string>();
  for (const start of reached) {
    const way: string[] = [];
    for (let at: string | undefined = start; at !== undefined && !done.has(at); ) {
      const back = way.indexOf(at);
      if (back >= 0) {
        loops.push(way.slice(back));
        break;
      }
      way.push(at);
      const taken: readonly { to: string; sure: boolean }[] = next.get(at) ?? [];
      const sure: readonly { to: string; sure: boolean }[] = taken.filter((edge) => edge.sure);
      // A way out with a condition may end the loop; so may several certain ways, of which one leads elsewhere.
      at = taken.length === sure.length && sure.length === 1 ? sure[0]?.to : undefined;
    }
    for (const id of way) done.add(id);
  }
  return loops;
}
