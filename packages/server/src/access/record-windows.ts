import { type Engine, StoreError } from "@holdpoint/core";

const installation = "_installation";
const kind = "rate";
/** Of two that change the same record at the same moment one comes again; so often in a row it is no accident. */
const patience = 50;

/** What stands in the store for a key: how many requests of its window were given out, and when the window ends. */
interface Window {
  given: number;
  /** In ms since 1970. */
  until: number;
}

/** What a taking brought. */
export interface Taken {
  /** So many requests are the taker's. */
  mine: number;
  /** So many are left for everybody. */
  rest: number;
  /** When the window ends, in ms since 1970. */
  until: number;
}

/**
 * Windows of a rate as records of a store, so that several processes count together. A taking is one compare-and-set: what is given out in
 * a window is never more than the limit. A window begins with its first request.
 */
export class RecordWindows {
  readonly limit: number;
  private readonly engine: Engine;
  private readonly name: string;
  private readonly per: number;

  /** @param per the length of a window, in ms */
  constructor(engine: Engine, { name, limit, per }: { name: string; limit: number; per: number }) {
    this.engine = engine;
    this.name = name;
    this.limit = limit;
    this.per = per;
  }

  /**
   * Takes so many requests, or fewer where fewer are left.
   *
   * @throws StoreError and whatever the store throws: nothing was taken, or nobody knows
   */
  async take(key: string, wanted: number): Promise<Taken> {
    const { engine, limit } = this;
    const id = `${this.name}:${key}`;
    await engine.open();
    for (let tries = 0; tries < patience; tries++) {
      const at = Date.now();
      const row = await engine.store.record(installation, kind, id, at);
      const window: Window = row ? (JSON.parse(row.body) as Window) : { given: 0, until: at + this.per };
      const { until } = window;
      const mine = Math.max(0, Math.min(wanted, limit - window.given));
      if (mine === 0) return { mine, rest: 0, until };
      const given = window.given + mine;
      const body = JSON.stringify({ given, until } satisfies Window);
      const expected = row?.revision ?? ("absent" as const);
      const [result] = await engine.store.commit(installation, [
        { type: "putRecord", kind, id, body, expiresAt: until, expected, at },
      ]);
      if (result.type === "put") return { mine, rest: limit - given, until };
      if (result.type === "refused") throw new StoreError(`a rate was not counted: ${result.reason}`);
    }
    throw new StoreError("a rate was not counted: others were always quicker");
  }
}
