import { createEngine, type Store, StoreError } from "@holdpoint/core";
import { integer, text } from "../columns/read.ts";
import { contentOf, type Pair } from "./plan-copy.ts";
import type { Tables } from "./tables.ts";
import { type Namespace, stagedName } from "./target.ts";

/** Counts and contents, table by table. */
export async function verifyContents(
  source: Tables,
  target: Tables,
  pairs: readonly Pair[],
  seen: (rows: number) => Promise<void>,
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const pair of pairs) {
    const { name } = pair.source;
    if (name === "namespace") continue;
    // The target's key columns may be of other types; the order they are read in is the same.
    const [there, here] = await Promise.all([
      contentOf(source, pair.source, pair, seen),
      contentOf(target, pair.target, pair, async () => undefined),
    ]);
    if (there.rows !== here.rows || there.digest !== here.digest) {
      throw new StoreError(
        `the copy of ${name} is not the original (${there.rows} rows there, ${here.rows} here): copy again with --restart`,
        { table: name },
      );
    }
    rows[name] = here.rows;
  }
  return rows;
}

/** A store whose namespace goes by another name, for reading; chains cover the name that it is going to have. */
function renamed(store: Store, { name }: Namespace): Store {
  const staged = stagedName(name);
  const own = <Row extends { namespace: string } | null>(row: Row): Row =>
    row === null ? row : { ...row, namespace: name };
  return {
    ...store,
    run: async (_, id) => own(await store.run(staged, id)),
    runByPk: async (_, pk) => own(await store.runByPk(staged, pk)),
    generations: async (_, id) => (await store.generations(staged, id)).map(own),
    runs: async (_, filter, page) => {
      const found = await store.runs(staged, filter, page);
      return { ...found, items: found.items.map(own) };
    },
    children: async (_, pk) => (await store.children(staged, pk)).map(own),
    tombstone: (_, id) => store.tombstone(staged, id),
    history: (_, wanted, options) => store.history(staged, wanted, options),
    chunks: (_, pk, hashes) => store.chunks(staged, pk, hashes),
    stream: (_, pk, after, limit) => store.stream(staged, pk, after, limit),
    labels: (_, pk) => store.labels(staged, pk),
    hold: (_, id) => store.hold(staged, id),
    holdByKey: (_, pk, key) => store.holdByKey(staged, pk, key),
    holds: (_, filter, page) => store.holds(staged, filter, page),
    holdEvents: (_, id) => store.holdEvents(staged, id),
  };
}

/** Recomputed at a time: a server answers the questions of several runs at once. */
const atOnce = 5;

/**
 * Recomputes the hash chain of every run on the target. Gives how many, and the runs whose chain was broken before.
 *
 * @throws StoreError a chain is whole on the source and broken on the target
 */
export async function verifyChains(
  from: Store,
  to: Store,
  target: Tables,
  namespaces: readonly Namespace[],
  options: { chainKey?: Uint8Array | undefined; seen: (runs: number) => Promise<void> },
): Promise<{ chains: number; broken: string[] }> {
  const broken: string[] = [];
  let chains = 0;
  const key = options.chainKey === undefined ? {} : { chainKey: options.chainKey };
  for (const namespace of namespaces) {
    const settings = { namespace: namespace.name, workflows: [], ...key };
    const copied = createEngine({ ...settings, store: renamed(to, namespace) });
    const original = createEngine({ ...settings, store: from });
    const verify = async (id: string): Promise<void> => {
      const { verdict, problems } = await copied.verify(id);
      if (verdict !== "broken") return;
      if ((await original.verify(id)).verdict !== "broken") {
        throw new StoreError(
          `run ${id}: its chain is whole on the source and broken on the target: ${problems[0]?.message}`,
        );
      }
      broken.push(id);
    };
    for (let after = 0; ; ) {
      const rows = await target.query(
        "select pk, id from run where namespace = ? and next_pk is null and pk > ? order by pk limit 100",
        namespace.pk,
        after,
      );
      const last = rows.at(-1);
      if (last === undefined) break;
      after = integer(last, "pk");
      for (let i = 0; i < rows.length; i += atOnce) {
        const some = rows.slice(i, i + atOnce);
        await Promise.all(some.map((row) => verify(text(row, "id"))));
        chains += some.length;
        await options.seen(chains);
      }
    }
  }
  return { chains, broken };
}
