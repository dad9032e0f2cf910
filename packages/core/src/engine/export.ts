import { NotFoundError } from "../errors.ts";
import { chunkHashes } from "../journal/chunks.ts";
import type { ExportedGeneration, ExportedHold, ExportedRun } from "../journal/exported-run.ts";
import { exportRow } from "../journal/exported-run.ts";
import type { History, HoldRow, RunRow } from "../store/store.ts";
import type { EngineParts } from "./parts.ts";

/** Everything that is stored of a run, in all its generations. */
export async function exportRun(parts: EngineParts, id: string): Promise<ExportedRun> {
  const { store, namespace } = parts;
  const rows = await store.generations(namespace, id);
  if (rows.length === 0) {
    const removed = await store.tombstone(namespace, id);
    throw new NotFoundError("run", id, removed ? "retention has removed it" : undefined);
  }
  const holds = await holdsOf(parts, id);
  const generations: ExportedGeneration[] = [];
  for (const row of rows) {
    const [history] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
    const { entries, mail } = history ?? { entries: [], mail: [] };
    const { pk, parent, ...facts } = row;
    const above = parent ? await store.runByPk(namespace, parent.pk) : null;
    generations.push({
      run: {
        ...exportRow(facts),
        parent: parent && { id: above?.id ?? null, key: parent.key, close: parent.close },
      },
      entries: entries.map(exportRow),
      mail: mail.map(exportRow),
      chunks: await chunksOf(parts, row, { entries, mail }),
      holds: holds.filter(({ row: hold }) => hold.runPk === pk).map(({ exported }) => exported),
    });
  }
  return { format: "holdpoint-run", version: 1, generations };
}

async function holdsOf(
  { store, namespace }: EngineParts,
  runId: string,
): Promise<{ row: HoldRow; exported: ExportedHold }[]> {
  const found: { row: HoldRow; exported: ExportedHold }[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.holds(namespace, { runId }, { limit: 1000, cursor });
    for (const row of page.items) {
      const { runPk: _pk, ...facts } = row;
      const events = await store.holdEvents(namespace, row.id);
      found.push({ row, exported: { ...exportRow(facts), events: events.map(exportRow) } });
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

async function chunksOf(
  { store, namespace }: EngineParts,
  row: RunRow,
  { entries, mail }: History,
): Promise<ExportedGeneration["chunks"]> {
  const payloads = [...entries, ...mail].map((one) => one.payload);
  const hashes = new Map(
    payloads.flatMap((payload) =>
      payload?.ref ? chunkHashes(payload).map((hash) => [Buffer.from(hash).toString("hex"), hash] as const) : [],
    ),
  );
  if (hashes.size === 0) return [];
  const found = await store.chunks(namespace, row.pk, [...hashes.values()]);
  return [...hashes.keys()].flatMap((hash, i) => {
    const bytes = found[i];
    return bytes ? [{ hash, base64: Buffer.from(bytes).toString("base64") }] : [];
  });
}
