import { InvalidStateError, NotFoundError, ValidationError } from "../errors.ts";
import { erasureDigests } from "../journal/chain.ts";
import type { Attributes, RunRow } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import type { EngineParts } from "./parts.ts";

/** One run, or every run with these attributes (the subject's id, say). */
export type EraseTarget = { run: string } | { attributes: Attributes };

/**
 * Removes the content of finished runs and of the runs they started, which were given their data; what proves that they were
 * there stays. Refuses as a whole while one of them lives.
 */
export async function erase(parts: EngineParts, target: EraseTarget, by: string | null): Promise<{ erased: string[] }> {
  const named = "run" in target ? await generations(parts, target.run) : await ofSubject(parts, target.attributes);
  const rows = await withChildren(parts, named);
  const live = rows.filter((row) => !isFinished(row.status));
  if (live.length > 0) {
    throw new InvalidStateError(
      `cannot erase while ${live.map((row) => row.id).join(", ")} is not finished; cancel it first`,
      {
        runs: live.map((row) => row.id),
      },
    );
  }
  for (const row of rows) await eraseGeneration(parts, row, by);
  return { erased: [...new Set(rows.map((row) => row.id))] };
}

/** A run may come back to life by a retry in between: then it is not erased, and says so. */
async function eraseGeneration(
  { store, namespace, clock }: EngineParts,
  row: RunRow,
  by: string | null,
): Promise<void> {
  if (row.salt === null) return;
  const [history] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  if (!history) return;
  const digests = erasureDigests(row.salt, history.entries, history.mail);
  if (await store.erase(namespace, row.pk, { ...digests, expectSeq: row.seq, by, at: clock.now() })) return;
  const now = await store.runByPk(namespace, row.pk);
  if (now && now.salt !== null) {
    throw new InvalidStateError(`run ${row.id} was changed while it was to be erased; it is ${now.status}`, {
      runs: [row.id],
    });
  }
}

async function generations(parts: EngineParts, id: string): Promise<RunRow[]> {
  const rows = await parts.store.generations(parts.namespace, id);
  if (rows.length === 0) throw new NotFoundError("run", id);
  return rows;
}

async function ofSubject(parts: EngineParts, attributes: Attributes): Promise<RunRow[]> {
  if (Object.keys(attributes).length === 0) {
    throw new ValidationError("erase", [{ path: "attributes", message: "must name at least one attribute" }]);
  }
  const rows: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await parts.store.runs(parts.namespace, { attributes }, { limit: 1000, cursor });
    for (const row of page.items) rows.push(...(await parts.store.generations(parts.namespace, row.id)));
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

async function withChildren({ store, namespace }: EngineParts, named: readonly RunRow[]): Promise<RunRow[]> {
  const all = new Map(named.map((row) => [row.pk, row]));
  // Grows while it is walked: children of children are met as well.
  for (const { pk } of all.values()) {
    for (const child of await store.children(namespace, pk)) {
      for (const row of await store.generations(namespace, child.id)) all.set(row.pk, row);
    }
  }
  return [...all.values()];
}
