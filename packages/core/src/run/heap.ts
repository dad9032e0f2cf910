interface Ranked {
  readonly seq: number;
  readonly order?: number;
}

/**
 * A binary min-heap of things with a number; the smallest comes out first, and of equal ones that of the lower `order`.
 *
 * The smallest stands apart: most of these hold one thing at a time, and then there is no list to grow and shrink.
 */
export class Heap<T extends Ranked> {
  private least: T | undefined = undefined;
  private others: T[] | null = null;

  *values(): Iterable<T> {
    if (this.least === undefined) return;
    yield this.least;
    if (this.others) yield* this.others;
  }

  get size(): number {
    return this.least === undefined ? 0 : 1 + (this.others?.length ?? 0);
  }

  peek(): T | undefined {
    return this.least;
  }

  push(item: T): void {
    const { least } = this;
    if (least === undefined) this.least = item;
    else if (goesBefore(item, least)) {
      this.least = item;
      this.add(least);
    } else this.add(item);
  }

  pop(): T | undefined {
    const { least, others } = this;
    this.least = others === null ? undefined : takeFirst(others);
    return least;
  }

  private add(item: T): void {
    if (this.others === null) {
      this.others = [item];
      return;
    }
    const items = this.others;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above] as T;
      if (!goesBefore(item, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }
}

function takeFirst<T extends Ranked>(items: T[]): T | undefined {
  const first = items[0];
  const last = items.pop();
  if (first === undefined || last === undefined || items.length === 0) return first;
  let at = 0;
  const half = items.length >> 1;
  while (at < half) {
    let below = 2 * at + 1;
    const right = items[below + 1];
    if (right !== undefined && goesBefore(right, items[below] as T)) below++;
    const child = items[below] as T;
    if (!goesBefore(child, last)) break;
    items[at] = child;
    at = below;
  }
  items[at] = last;
  return first;
}

const goesBefore = (a: Ranked, b: Ranked): boolean =>
  a.seq < b.seq || (a.seq === b.seq && (a.order ?? 0) < (b.order ?? 0));
