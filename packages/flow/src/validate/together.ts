import { excludeEachOther } from "./constant.ts";
import { type Leaving, type Outline, type Way, ways } from "./outline.ts";
import { postOrder } from "./post-order.ts";

/**
 * Which nodes may be at work in branches of their own at the same time: begun where branches part, and carried along the edges of
 * either until a join takes both in (the concurrency relation of Kovalyov and Esparza, for joins that wait for all who can come).
 * Only what leads to one of the `wanted` nodes is followed.
 *
 * Each pair notes whether a condition stands on the way to the one, to the other, or to both: two conditions may exclude each other.
 * Numbers in the place of objects: a thousand branches side by side are half a million pairs (900 ms with objects, 70 ms so).
 */
export class Together {
  private readonly outline: Outline;
  private readonly size: number;
  /** For each pair, bit 1 << (conditions on the way to the first + 2 * on the way to the second). */
  private readonly pairs: Uint8Array;
  private readonly reach: readonly Uint32Array[];
  /** Which nodes may run, and are wanted or lead to one that is. */
  private readonly matters: Uint8Array;
  /** Pairs still to be followed: ((one * size) + other) * 4 + conditions. */
  private readonly open: number[] = [];

  constructor(outline: Outline, found: Uint8Array, wanted: Iterable<number>) {
    this.outline = outline;
    this.size = outline.nodes.length;
    this.pairs = new Uint8Array(this.size * this.size);
    this.reach = reachOf(outline);
    this.matters = this.leadingTo(wanted, found);
    this.begin();
    this.spread();
  }

  of(one: number, other: number): "sure" | "perhaps" | null {
    const bits = this.pairs[one * this.size + other] as number;
    if (bits === 0) return null;
    return (bits & 0b0111) !== 0 ? "sure" : "perhaps";
  }

  /** Whether both lead to one of these nodes. */
  meetAt(one: number, other: number, nodes: readonly number[]): boolean {
    return nodes.some((node) => this.reaches(one, node) && this.reaches(other, node));
  }

  private reaches(from: number, to: number): boolean {
    return (((this.reach[from] as Uint32Array)[to >>> 5] as number) & (1 << (to & 31))) !== 0;
  }

  private leadingTo(wanted: Iterable<number>, found: Uint8Array): Uint8Array {
    const matters = new Uint8Array(this.size);
    const open = [...wanted];
    for (const node of open) matters[node] = 1;
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const { from } of this.outline.into[node] ?? []) {
        if (matters[from] || !found[from]) continue;
        matters[from] = 1;
        open.push(from);
      }
    }
    return matters;
  }

  private begin(): void {
    const { live, entry } = this.outline;
    for (const [i, one] of entry.entries())
      for (let k = i + 1; k < entry.length; k++) this.start(one, entry[k] ?? one, 0);
    for (const [node, leaving] of live.entries()) {
      if (!this.matters[node]) continue;
      for (const { to, edge } of ways(leaving)) if ((edge.threads ?? 1) > 1) this.start(to, to, 0);
      if (!leaving.first) this.part(leaving);
    }
  }

  private part(leaving: Leaving): void {
    const taken = [...leaving.always, ...leaving.sometimes].filter(({ to }) => this.matters[to]);
    const sure = taken.map((way) => (isSure(leaving, way) ? 0 : 1));
    for (let i = 0; i < taken.length; i++) {
      const one = taken[i] as Way;
      for (let k = i + 1; k < taken.length; k++) {
        const other = taken[k] as Way;
        if (excludeEachOther(one.edge.when, other.edge.when)) continue;
        this.start(one.to, other.to, (sure[i] as number) + 2 * (sure[k] as number));
      }
    }
  }

  /** Two branches begin: unless one waits where the other is still expected. */
  private start(one: number, other: number, conditions: number): void {
    if (this.goesOn(one, other) && this.goesOn(other, one)) this.add(one, other, conditions);
  }

  private add(one: number, other: number, conditions: number): void {
    if (!this.matters[one] || !this.matters[other]) return;
    this.put(one, other, conditions);
    this.put(other, one, ((conditions & 1) << 1) | (conditions >> 1));
  }

  private put(one: number, other: number, conditions: number): void {
    const at = one * this.size + other;
    const bits = this.pairs[at] as number;
    if (bits & (1 << conditions)) return;
    this.pairs[at] = bits | (1 << conditions);
    this.open.push(at * 4 + conditions);
  }

  private spread(): void {
    const steps = this.outline.live.map((leaving) =>
      [...ways(leaving)].map((way) => ({ to: way.to, condition: isSure(leaving, way) ? 0 : 1 })),
    );
    for (let pair = this.open.pop(); pair !== undefined; pair = this.open.pop()) {
      const at = pair >>> 2;
      const other = at % this.size;
      for (const { to, condition } of steps[(at - other) / this.size] ?? []) {
        if (this.goesOn(to, other)) this.add(to, other, (pair & 3) | condition);
      }
    }
  }

  /** Whether a branch may come to a node while another is at `other`. */
  private goesOn(to: number, other: number): boolean {
    const { join = "all" } = this.outline.nodes[to] ?? {};
    if ((this.outline.incoming[to] as number) < 2 || join === "any") return true;
    if (to === other) return false;
    // Where all are waited for, one who can still come is, too.
    return join !== "all" || !this.reaches(other, to);
  }
}

/** Whether no condition decides on it. */
const isSure = ({ sometimes, first, mayEnd }: Leaving, { role }: Way): boolean =>
  role === "always" && !mayEnd && !(first && sometimes.length > 0);

/** For each node a set of those it leads to, as bits: in rounds, until nothing is added. */
function reachOf({ live, nodes }: Outline): Uint32Array[] {
  const width = (nodes.length + 31) >>> 5;
  const reach = nodes.map(() => new Uint32Array(width));
  const next = live.map((leaving) => [...ways(leaving)].map(({ to }) => to));
  const { order } = postOrder(nodes.keys(), (node) => next[node] as number[]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order) {
      const mine = reach[node] as Uint32Array;
      for (const to of next[node] as number[]) changed = include(mine, to, reach[to] as Uint32Array) || changed;
    }
  }
  return reach;
}

/** Adds a node and all it leads to; true when that adds something. */
function include(mine: Uint32Array, to: number, theirs: Uint32Array): boolean {
  let changed = false;
  for (let i = 0; i < mine.length; i++) {
    const more = (theirs[i] as number) | (i === to >>> 5 ? 1 << (to & 31) : 0);
    const joined = ((mine[i] as number) | more) >>> 0;
    if (joined === mine[i]) continue;
    mine[i] = joined;
    changed = true;
  }
  return changed;
}
