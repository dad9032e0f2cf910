import type { HoldRow, RunPk, RunRow, Store } from "../store/store.ts";

/** How many of each are remembered. */
const most = 20_000;

/** Which run a number means, and which run a hold belongs to: neither ever changes. */
export class KnownRuns {
  readonly #store: Store;
  readonly #runs = new Map<string, { id: string; generation: number }>();
  readonly #holds = new Map<string, { run: string; key: string }>();

  constructor(store: Store) {
    this.#store = store;
  }

  seen(row: Pick<RunRow, "namespace" | "pk" | "id" | "generation">): void {
    remember(this.#runs, `${row.namespace}\0${row.pk}`, { id: row.id, generation: row.generation });
  }

  seenHold(namespace: string, row: Pick<HoldRow, "id" | "runId" | "key">): void {
    remember(this.#holds, `${namespace}\0${row.id}`, { run: row.runId, key: row.key });
  }

  /** What is remembered of a number. */
  knownPk(namespace: string, pk: RunPk): { id: string; generation: number } | null {
    return this.#runs.get(`${namespace}\0${pk}`) ?? null;
  }

  /** What is remembered of a hold. */
  knownHold(namespace: string, holdId: string): { run: string; key: string } | null {
    return this.#holds.get(`${namespace}\0${holdId}`) ?? null;
  }

  async ofPk(namespace: string, pk: RunPk): Promise<{ id: string; generation: number } | null> {
    const known = this.knownPk(namespace, pk);
    if (known) return known;
    const row = await this.#store.runByPk(namespace, pk);
    if (row) this.seen(row);
    return row;
  }

  async ofHold(namespace: string, holdId: string): Promise<{ run: string; key: string } | null> {
    const known = this.knownHold(namespace, holdId);
    if (known) return known;
    const row = await this.#store.hold(namespace, holdId);
    if (row === null) return null;
    this.seenHold(namespace, row);
    return { run: row.runId, key: row.key };
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
