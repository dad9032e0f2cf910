import type { StoredPayload } from "../store/store.ts";

/** How recorded keys map onto today's code, as replay applies it. Recorded as mail; no row is ever changed. */
export interface MigrationPlan {
  /** Everything recorded before this number is seen through the plan. */
  at: number;
  /** From a whole key (`step:load#1`) or a name with its kind (`step:load`, in every scope) to the new one. */
  rename: Readonly<Record<string, string>>;
  /** Recorded keys, or names with their kind, that today's code no longer calls. */
  drop: readonly string[];
  /** Values for calls that today's code makes and the record lacks, by key. */
  provide: Readonly<Record<string, StoredPayload>>;
}

/** Applies a plan to one recorded key; null drops it. */
export function renameKey(key: string, plan: MigrationPlan): string | null {
  if (plan.drop.includes(key)) return null;
  const whole = plan.rename[key];
  if (whole !== undefined) return whole;
  const parts = key.split("/");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    const hash = part.lastIndexOf("#");
    const base = hash < 0 ? part : part.slice(0, hash);
    if (plan.drop.includes(base)) return null;
    const renamed = plan.rename[base];
    if (renamed !== undefined) parts[i] = hash < 0 ? renamed : renamed + part.slice(hash);
  }
  return parts.join("/");
}
