import { HoldpointError, NotFoundError } from "../errors.ts";
import type { StoredGrant } from "../hold/grant.ts";
import { randomText } from "../run/random-supply.ts";
import type { RecordRow } from "../store/record-rows.ts";
import type { EngineParts } from "./parts.ts";

const kind = "grant";
const pageSize = 200;
/** So long after its end a grant can still be looked at, in ms. */
const keptMs = 90 * 86_400_000;

/** Where grants are written down: a record each, changed by compare-and-set. Their ids begin with their end, so that those that count are one range. */
export class GrantBook {
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /** Every grant whose time is not over, soonest end first; with `ended` those of the last ninety days, too. */
  async list({ ended }: { ended: boolean }): Promise<StoredGrant[]> {
    const { store, namespace, clock } = this.parts;
    const grants: StoredGrant[] = [];
    let after = ended ? "g" : `g_${endOf(clock.now())}`;
    for (;;) {
      const rows = await store.records(namespace, kind, { after, limit: pageSize, now: clock.now() });
      for (const row of rows) grants.push(read(row));
      const last = rows.at(-1);
      if (rows.length < pageSize || last === undefined) return grants;
      after = last.id;
    }
  }

  async get(id: string): Promise<StoredGrant> {
    const row = await this.parts.store.record(this.parts.namespace, kind, id, this.parts.clock.now());
    if (!row) throw new NotFoundError("grant", id, "list them with `grants`");
    return read(row);
  }

  /** Writes a new one, and gives it its id. */
  async add(grant: Omit<StoredGrant, "id">): Promise<StoredGrant> {
    const whole = { ...grant, id: `g_${endOf(grant.until)}${randomText(6, "hex")}` };
    await this.put(whole, "absent");
    return whole;
  }

  /** Changes one, whoever else does so at the same time; null from `how` leaves it. Gives it as it is then, or null. */
  async change(id: string, how: (now: StoredGrant) => StoredGrant | null): Promise<StoredGrant | null> {
    for (;;) {
      const row = await this.parts.store.record(this.parts.namespace, kind, id, this.parts.clock.now());
      if (!row) return null;
      const changed = how(read(row));
      if (changed === null) return null;
      if (JSON.stringify(changed) === row.body || (await this.put(changed, row.revision))) return changed;
    }
  }

  private async put(grant: StoredGrant, expected: number | "absent"): Promise<boolean> {
    const body = JSON.stringify(grant);
    const at = this.parts.clock.now();
    const put = { type: "putRecord", kind, id: grant.id, body, expiresAt: grant.until + keptMs, expected, at } as const;
    const result = await this.parts.committer.submit(put);
    if (result.type === "refused") throw new HoldpointError("STORE", `the grant was not written: ${result.reason}`);
    // A commit in doubt is made again: what it finds then may be its own.
    return result.type === "put" || result.record?.body === body;
  }
}

const read = ({ body }: RecordRow): StoredGrant => JSON.parse(body) as StoredGrant;

/** Milliseconds since 1970 in letters and digits that sort as they count. */
const endOf = (ms: number): string => ms.toString(36).padStart(9, "0");
