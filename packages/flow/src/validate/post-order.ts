/**
 * Nodes that can be reached, each after all it leads to (but for the ways back of loops). By hand, not by recursion: a flow may be
 * a thousand nodes deep.
 */
export function postOrder(
  starts: Iterable<number>,
  next: (node: number) => readonly number[],
): { order: readonly number[]; loops: boolean } {
  const order: number[] = [];
  const seen = new Set<number>();
  const onWay = new Set<number>();
  const way: { node: number; next: readonly number[]; at: number }[] = [];
  let loops = false;
  const enter = (node: number): void => {
    seen.add(node);
    onWay.add(node);
    way.push({ node, next: next(node), at: 0 });
  };
  for (const start of starts) {
    if (!seen.has(start)) enter(start);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const to = here.next[here.at++];
      if (to === undefined) {
        way.pop();
        onWay.delete(here.node);
        order.push(here.node);
      } else if (!seen.has(to)) enter(to);
      else if (onWay.has(to)) loops = true;
    }
  }
  return { order, loops };
}
