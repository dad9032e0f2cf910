import { assemble } from "../../engine/payloads.ts";
import type { RecordedDecision } from "../../hold/answer.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { Entry, History, HoldEvent, HoldRow, Mail, RunRow, StoredPayload } from "../../store/store.ts";
import { nodesOf, type Program } from "./program.ts";
import { namespace, type World } from "./world.ts";

/** One generation of a run as the store has it in the end, with its values decoded. */
export interface ArchivedRun {
  name: string;
  row: RunRow;
  /** As stored, for the chain. */
  stored: History;
  entries: (Entry & { value: unknown })[];
  mail: (Mail & { value: unknown })[];
  holds: ArchivedHold[];
  program: Program | null;
  output: unknown;
  /** Ended from outside, without its cooperation. */
  forced: boolean;
  /** Some steps could not be undone, and the run says so. */
  notUndone: boolean;
  /** Paths of races that keep what their losers did. */
  keeps: string[];
  holdByKey(key: string): { status: string; decidedBy: string | null; value: unknown } | undefined;
}

/** A hold with its audit trail. */
export interface ArchivedHold {
  row: HoldRow;
  actions: string[];
  trail: readonly HoldEvent[];
}

export interface Archive {
  /** Generations of a run stand together, oldest first. */
  runs: ArchivedRun[];
  holds: Map<string, ArchivedHold>;
  generationsOf(id: string): ArchivedRun[];
  childrenOf(run: ArchivedRun, program: string): { status: string; output: unknown }[];
}

/** Everything that is in the store when a world has ended. */
export async function readArchive(world: World): Promise<Archive> {
  const rows = await allRows(world);
  const holds = await allHolds(world);
  const runs: ArchivedRun[] = [];
  for (const row of rows) runs.push(await archived(world, row, holds.get(row.pk) ?? []));
  const byId = Map.groupBy(runs, (run) => run.row.id);
  const generationsOf = (id: string): ArchivedRun[] => byId.get(id) ?? [];
  return {
    runs,
    holds: new Map([...holds.values()].flat().map((hold) => [hold.row.id, hold])),
    generationsOf,
    childrenOf: (parent, program) =>
      runs
        .filter(
          ({ row, program: own }) => row.parent?.pk === parent.row.pk && own?.id === program && row.generation === 1,
        )
        .flatMap(({ row }) => generationsOf(row.id).slice(-1))
        .map(({ row, output }) => ({ status: row.status, output })),
  };
}

async function allRows({ store }: World): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.runs(namespace, {}, { limit: 1000, cursor });
    for (const row of page.items)
      rows.push(...(row.generation > 1 ? await store.generations(namespace, row.id) : [row]));
    ({ cursor } = page);
  } while (cursor !== null);
  return rows;
}

async function allHolds({ store }: World): Promise<Map<number, ArchivedRun["holds"]>> {
  const holds = new Map<number, ArchivedRun["holds"]>();
  let cursor: string | null = null;
  do {
    const page = await store.holds(namespace, {}, { limit: 1000, cursor });
    for (const row of page.items) {
      const events = await store.holdEvents(namespace, row.id);
      const hold = { row, actions: events.map((event) => event.action), trail: events };
      const list = holds.get(row.runPk);
      if (list) list.push(hold);
      else holds.set(row.runPk, [hold]);
    }
    ({ cursor } = page);
  } while (cursor !== null);
  return holds;
}

async function archived(world: World, row: RunRow, holds: ArchivedRun["holds"]): Promise<ArchivedRun> {
  const { store } = world;
  const [stored = { entries: [], mail: [] }] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  const whole = await assemble(store, namespace, row.pk, stored);
  const entries = whole.entries.map((entry) => ({ ...entry, value: decoded(entry.payload) }));
  const mail = whole.mail.map((one) => ({ ...one, value: decoded(one.payload) }));
  const input = entries[0]?.value as { program?: string } | undefined;
  const program = input?.program ? world.program(input.program) : null;
  const last = entries.findLast((entry) => entry.key === "run" && entry.phase.startsWith("settled"));
  const keeps = program ? [...nodesOf(program.body)].flatMap((n) => ("keep" in n && n.keep ? [n.name] : [])) : [];
  return {
    name: `${row.id}.${row.generation}`,
    row,
    stored,
    entries,
    mail,
    holds,
    program,
    output: last?.value,
    forced: last?.measures?.includes("forced") ?? false,
    notUndone: (last?.value as { code?: string } | null)?.code === "COMPENSATION",
    keeps,
    holdByKey(key) {
      const hold = holds.find((one) => one.row.key === key);
      if (!hold) return undefined;
      const { status, decidedBy, decision } = hold.row;
      const recorded = decision ? (decodePayload(decision) as RecordedDecision) : null;
      const value = recorded?.value as { approved?: boolean } | string | undefined;
      return { status, decidedBy, value: typeof value === "object" ? value.approved : value };
    },
  };
}

function decoded(payload: StoredPayload | null): unknown {
  if (payload === null || payload.codec === "erased" || payload.codec === "hash") return undefined;
  return decodePayload(payload);
}
