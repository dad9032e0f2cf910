import { InvalidStateError, NotFoundError, ValidationError } from "../errors.ts";
import type { MigrationPlan } from "../run/migration.ts";
import { randomSalt } from "../run/random-supply.ts";
import type { Mail } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import { deliverTo } from "./control.ts";
import { dryRun } from "./dry-run.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** What changed between the record and today's code. At least one of `rename`, `drop` and `provide`. */
export interface MigrateOptions {
  /** From what was recorded to what today's code calls it: whole keys (`step:load#1`) or names with their kind (`step:load`). */
  rename?: Readonly<Record<string, string>>;
  /** Recorded keys, or names with their kind, that today's code no longer calls. */
  drop?: readonly string[];
  /** Results for steps that today's code calls and the record lacks, by whole key. */
  provide?: Readonly<Record<string, unknown>>;
  /** Only says what would happen. */
  dryRun?: boolean;
  /** Who does it; kept with the record. */
  by?: string;
}

/** What a migration did, or would do. */
export interface MigrateReport {
  /** Whether today's code goes on with the migrated record. */
  ok: boolean;
  /** Why it does not, in a sentence. */
  reason: string | null;
  /** Keys it would start or wait for next. */
  at: string[];
  /** False for a dry run, and when it was refused. */
  applied: boolean;
}

/** Maps a live run's record onto changed code. One row of mail is added, which replay applies; nothing recorded is changed. */
export async function migrateRun(parts: EngineParts, id: string, options: MigrateOptions): Promise<MigrateReport> {
  const { store, namespace, registry, services, codec, clock } = parts;
  const { rename = {}, drop = [], provide = {} } = options;
  if (Object.keys(rename).length + drop.length + Object.keys(provide).length === 0) {
    throw new ValidationError("migrate", [{ path: "", message: "needs at least one of rename, drop and provide" }]);
  }
  const row = await store.run(namespace, id);
  if (!row) throw new NotFoundError("run", id);
  if (isFinished(row.status))
    throw new InvalidStateError(`run ${id} is ${row.status}: only a live run can be migrated`, { status: row.status });
  if (row.status === "running" && !options.dryRun) {
    throw new InvalidStateError(`run ${id} is being executed; pause it, migrate, and resume it`, {
      status: row.status,
    });
  }
  const workflow = registry.exact(row.workflow, row.version) ?? registry.newest(row.workflow);
  if (!workflow) throw new NotFoundError("workflow", row.workflow, "register it in createEngine({ workflows })");
  const plan: Omit<MigrationPlan, "at"> = {
    rename,
    drop,
    provide: Object.fromEntries(
      Object.entries(provide).map(([key, value]) => [key, parts.encodeInline(value, `provide.${key}`)]),
    ),
  };
  const payload = parts.encodeInline(plan, "migration");
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const trial: Mail = {
    n: row.seq + 1,
    kind: "migrate",
    key: "",
    dedupe: null,
    outcome: null,
    payload,
    sender: options.by ?? null,
    at: clock.now(),
    salt: randomSalt(),
  };
  const replay = await dryRun(
    { namespace, registry, services, codec },
    row,
    { entries: history.entries, mail: [...history.mail, trial] },
    workflow,
  );
  const report: MigrateReport = {
    ok: replay.divergence === null,
    reason: replay.divergence?.message ?? null,
    at: replay.frontier,
    applied: false,
  };
  if (options.dryRun || !report.ok) return report;
  await deliverTo(parts, id, { kind: "migrate", payload, sender: options.by ?? null }, [
    "ready",
    "parked",
    "paused",
    "diverged",
  ]);
  return { ...report, applied: true };
}

/** A diverged run waits for a worker that has its own version. */
export async function pinRun(parts: EngineParts, id: string, by: string | null): Promise<void> {
  await deliverTo(parts, id, { kind: "pin", sender: by }, ["diverged"]);
}
