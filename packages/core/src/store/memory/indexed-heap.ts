/** A place in a heap; kept by the owner of the value so that it can be removed again. */
export interface HeapNode<T> {
  readonly value: T;
  index: number;
}

/** Binary heap whose members can be removed from the middle: O(log n) for everything but `first`. */
export class IndexedHeap<T> {
  readonly #nodes: HeapNode<T>[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#nodes.length;
  }

  first(): T | null {
    return this.#nodes[0]?.value ?? null;
  }

  push(value: T): HeapNode<T> {
    const node: HeapNode<T> = { value, index: this.#nodes.length };
    this.#nodes.push(node);
    this.#up(node);
    return node;
  }

  pop(): T | null {
    const node = this.#nodes[0];
    if (node === undefined) return null;
    this.remove(node);
    return node.value;
  }

  remove(node: HeapNode<T>): void {
    const last = this.#nodes.pop();
    if (last === undefined || last === node) return;
    last.index = node.index;
    this.#nodes[last.index] = last;
    this.#up(last);
    this.#down(last);
  }

  #up(node: HeapNode<T>): void {
    while (node.index > 0) {
      const parent = this.#nodes[(node.index - 1) >> 1];
      if (parent === undefined || !this.#before(node.value, parent.value)) return;
      this.#swap(node, parent);
    }
  }

  #down(node: HeapNode<T>): void {
    for (;;) {
      const left = this.#nodes[node.index * 2 + 1];
      const right = this.#nodes[node.index * 2 + 2];
      let least = node;
      if (left !== undefined && this.#before(left.value, least.value)) least = left;
      if (right !== undefined && this.#before(right.value, least.value)) least = right;
      if (least === node) return;
      this.#swap(node, least);
    }
  }

  #swap(a: HeapNode<T>, b: HeapNode<T>): void {
    const index = a.index;
    a.index = b.index;
    b.index = index;
    this.#nodes[a.index] = a;
    this.#nodes[b.index] = b;
  }
}
