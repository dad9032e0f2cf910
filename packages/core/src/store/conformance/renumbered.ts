import assert from "node:assert/strict";
import type { RunPk, Store } from "../store.ts";

const named = new Set(["pk", "runPk"]);
/** Calls whose second argument is the number of a run. */
const numbered = new Set(["runByPk", "chunks", "children", "stream", "labels", "holdByKey", "erase"]);
/** What no store has given to a run. */
const nobody = 1e15;

/** A copy in which the numbers of runs are others. */
function renumber(value: unknown, other: (pk: RunPk) => RunPk): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => renumber(item, other));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      named.has(name) && typeof part === "number" ? other(part) : renumber(part, other),
    ]),
  );
}

/**
 * The numbers of runs are each store's own: they grow, and may have gaps (a database gives a number away that it then does not
 * need). This store speaks of its runs by the numbers that `model` has for them.
 */
export class Renumbered {
  readonly store: Store;
  readonly #inner: Store;
  readonly #model: Store;
  readonly #namespace: string;
  readonly #toInner = new Map<RunPk, RunPk>();
  readonly #toModel = new Map<RunPk, RunPk>();
  #last = 0;

  constructor(inner: Store, model: Store, namespace: string) {
    this.#inner = inner;
    this.#model = model;
    this.#namespace = namespace;
    const call = (name: string, args: unknown[]): unknown => {
      const given = args.map((arg, i) =>
        i === 1 && numbered.has(name) ? this.#ofInner(arg as RunPk) : renumber(arg, (pk) => this.#ofInner(pk)),
      );
      return Reflect.apply(Reflect.get(inner, name), inner, given);
    };
    this.store = new Proxy(inner, {
      get: (_, name: string) => {
        const found: unknown = Reflect.get(inner, name);
        if (typeof found !== "function") return found;
        return async (...args: unknown[]) => this.translate(await call(name, args));
      },
    });
  }

  /** An answer with the model's numbers, as far as they are known. */
  async translate(answer: unknown): Promise<unknown> {
    await this.learn();
    return renumber(answer, (pk) => this.#toModel.get(pk) ?? -pk);
  }

  /** Finds new runs on both sides, and sees to it that their numbers grow alike. */
  async learn(): Promise<void> {
    const space = this.#namespace;
    const { items } = await this.#model.runs(space, {}, { limit: 1_000, cursor: null });
    const fresh: { model: RunPk; id: string; generation: number }[] = [];
    for (const { id } of items) {
      for (const { pk, generation } of await this.#model.generations(space, id)) {
        if (!this.#toInner.has(pk)) fresh.push({ model: pk, id, generation });
      }
    }
    fresh.sort((a, b) => a.model - b.model);
    for (const { model, id, generation } of fresh) {
      const own = (await this.#inner.generations(space, id)).find((row) => row.generation === generation);
      if (own === undefined) continue;
      assert.ok(own.pk > this.#last, `run ${id} has the number ${own.pk}, after ${this.#last}`);
      this.#last = own.pk;
      this.#toInner.set(model, own.pk);
      this.#toModel.set(own.pk, model);
    }
  }

  #ofInner(model: RunPk): RunPk {
    return this.#toInner.get(model) ?? nobody + model;
  }
}
