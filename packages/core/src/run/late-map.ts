/**
 * A map that is only made when something is put into it. A run has a dozen of them and most stay empty: an empty `Map`
 * costs 200 bytes, and thousands of parked runs stay in memory.
 */
export class LateMap<K, V> {
  private map: Map<K, V> | null = null;

  get size(): number {
    return this.map === null ? 0 : this.map.size;
  }

  get(key: K): V | undefined {
    return this.map === null ? undefined : this.map.get(key);
  }

  has(key: K): boolean {
    return this.map?.has(key) ?? false;
  }

  set(key: K, value: V): void {
    this.map ??= new Map();
    this.map.set(key, value);
  }

  delete(key: K): void {
    if (this.map === null) return;
    this.map.delete(key);
    if (this.map.size === 0) this.map = null;
  }

  keys(): Iterable<K> {
    return this.map === null ? [] : this.map.keys();
  }

  values(): Iterable<V> {
    return this.map === null ? [] : this.map.values();
  }

  [Symbol.iterator](): Iterator<[K, V]> {
    return (this.map === null ? [] : this.map)[Symbol.iterator]();
  }
}
