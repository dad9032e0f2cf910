import type { Entry, Mail } from "../store/store.ts";
import { LateMap } from "./late-map.ts";
import { type MigrationPlan, renameKey } from "./migration.ts";

/** The migrations of one run: how what was recorded before them is seen by today's code. */
export class Migrations {
  private readonly plans: MigrationPlan[] = [];
  /** What became of recorded keys; null for dropped ones. Mail still comes under the recorded ones. */
  private readonly aliases = new LateMap<string, string | null>();
  private readonly provided = new LateMap<string, Entry>();

  get count(): number {
    return this.plans.length;
  }

  add(mail: Mail, plan: Omit<MigrationPlan, "at">): void {
    this.plans.push({ ...plan, at: mail.n });
    for (const [key, payload] of Object.entries(plan.provide)) {
      this.provided.set(key, {
        seq: mail.n,
        key,
        phase: "settled",
        kind: "step",
        outcome: "ok",
        payload,
        startedAt: mail.at,
        endedAt: mail.at,
        attempt: 0,
        measures: null,
        mailSeen: mail.n,
        hash: new Uint8Array(0),
      });
    }
  }

  /** The key today's code uses for what an entry was recorded under; null when it was dropped. */
  keyOf(entry: Entry): string | null {
    if (this.plans.length === 0) return entry.key;
    let key: string | null = entry.key;
    for (const plan of this.plans) if (key !== null && entry.seq < plan.at) key = renameKey(key, plan);
    if (key !== entry.key) this.aliases.set(storedName(entry), key);
    return key;
  }

  /** The same for what mail comes under: the key the store knows, with the round it was opened in. */
  keyOfMail(stored: string): string | null {
    const alias = this.aliases.get(stored);
    return alias === undefined ? stored.replace(/~\d+$/, "") : alias;
  }

  /** A result that a migration gave to a call the record lacks. */
  resultFor(key: string): Entry | undefined {
    return this.provided.get(key);
  }
}

/** The key the store knows what an entry opened by: with the round it was opened in. */
export function storedName({ key, phase }: Entry): string {
  const round = phase.indexOf("~");
  return round < 0 ? key : key + phase.slice(round);
}
