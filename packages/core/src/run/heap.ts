/** A binary min-heap of things with a number; the smallest comes out first. */
export class Heap<T extends { readonly seq: number }> {
  private readonly items: T[] = [];

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
      if (parent.seq <= item.seq) break;
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
      if (right !== undefined && right.seq < (items[below] as T).seq) below++;
      const child = items[below] as T;
      if (child.seq >= last.seq) break;
      items[at] = child;
      at = below;
    }
    items[at] = last;
    return first;
  }
}
