interface Ranked {
  readonly seq: number;
  readonly order?: number;
}

/** A binary min-heap of things with a number; the smallest comes out first, and of equal ones that of the lower `order`. */
export class Heap<T extends Ranked> {
  private readonly items: T[] = [];

  values(): Iterable<T> {
    return this.items;
  }

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const items = this.items;
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

  pop(): T | undefined {
    const items = this.items;
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
}

const goesBefore = (a: Ranked, b: Ranked): boolean =>
  a.seq < b.seq || (a.seq === b.seq && (a.order ?? 0) < (b.order ?? 0));
