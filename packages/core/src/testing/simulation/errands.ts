import type { Engine } from "../../engine/engine.ts";
import type { Store } from "../../store/store.ts";
import type { Dice } from "../dice.ts";
import type { FaultPoint } from "../faults.ts";
import { nodesOf } from "./program.ts";
import { countUp, followChanges, keepSessions, writeLog } from "./record-errands.ts";
import { namespace, type World } from "./world.ts";

/** Something people ask an engine for now and then, beside making runs go on. */
export interface Errand {
  name: string;
  /** Calls of the store that it leads to. */
  points: readonly FaultPoint[];
  /** How often it is chosen; 0 only when its points are what this world is about. */
  weight: number;
  run(engine: Engine, runId: string, world: World, store: Store): Promise<unknown>;
}

const nobody = "nobody-started-this";

export const errands: readonly Errand[] = [
  { name: "describe", points: ["run"], weight: 2, run: async (engine, id) => (await engine.get(id)).describe() },
  { name: "list runs", points: ["runs"], weight: 2, run: (engine) => engine.runs({ workflow: "plain" }, { limit: 5 }) },
  { name: "list holds", points: ["holds"], weight: 2, run: (engine) => engine.holds() },
  {
    name: "read a trail",
    points: ["holds", "holdEvents"],
    weight: 2,
    run: async (engine) => {
      const { items } = await engine.holds({}, { limit: 3 });
      for (const hold of items) await engine.holdEvents(hold.id);
    },
  },
  {
    name: "read a journal",
    points: ["history", "run"],
    weight: 2,
    run: async (engine, id) => (await engine.get(id)).journal(),
  },
  { name: "read a stream", points: ["stream"], weight: 2, run: async (engine, id) => (await engine.get(id)).stream() },
  { name: "verify", points: ["generations"], weight: 1, run: verifyIntact },
  {
    name: "look for a stranger",
    points: ["tombstone"],
    weight: 1,
    run: (engine) => engine.get(nobody),
  },
  {
    name: "wait for a result",
    points: ["chunks", "run"],
    weight: 2,
    run: async (engine, id) => (await engine.get(id)).result({ timeout: 1500 }),
  },
  {
    name: "label",
    points: ["commit:label"],
    weight: 2,
    run: (engine, id) => engine.label(id, "step:one#1", "right", { by: "ana" }),
  },
  {
    name: "label in vain",
    points: ["commit:label"],
    weight: 0,
    run: (engine) => engine.label(nobody, "step:one#1", "right", { by: "ana" }),
  },
  {
    name: "cancel with force",
    points: ["commit:seal"],
    weight: 0,
    run: async (engine, id, world) => {
      world.forced.add(id);
      await (await engine.get(id)).cancel("no more", { force: true });
    },
  },
  {
    name: "erase",
    points: ["erase", "children", "generations"],
    weight: 0.3,
    run: erase,
  },
  { name: "retain", points: ["retain"], weight: 0.2, run: retain },
  {
    name: "count",
    points: ["record", "commit:putRecord"],
    weight: 1,
    run: (_engine, _id, world, store) => countUp(store, world),
  },
  {
    name: "keep sessions",
    points: ["records", "commit:putRecord", "commit:dropRecord", "sweep"],
    weight: 0.7,
    run: (_engine, _id, world, store) => keepSessions(store, world),
  },
  {
    name: "follow changes",
    points: ["changes"],
    weight: 1,
    run: (_engine, _id, world, store) => followChanges(store, world),
  },
  {
    name: "write to a log",
    points: ["commit:log", "logLines"],
    weight: 1,
    run: (_engine, _id, world, store) => writeLog(store, world),
  },
  {
    name: "redeploy",
    points: ["retire", "register"],
    weight: 0.7,
    run: (_engine, _id, world) => world.fleet.redeploy(world.dice.below(3)),
  },
];

/** Which errands this world is sent on. */
export function chooseErrands(dice: Dice, focus: ReadonlySet<FaultPoint>): Errand[] {
  const chosen = Array.from({ length: dice.between(4, 8) }, () =>
    dice.weighted(errands.map((errand) => [errand.weight, errand] as const)),
  );
  for (const errand of errands) {
    if (!errand.points.some((point) => focus.has(point))) continue;
    for (let i = 0; i < 6; i++) chosen.push(errand);
  }
  return chosen;
}

/** Not of a run that somebody is about to retry: whoever does both at once gets one of them refused, or neither. */
async function erase(engine: Engine, id: string, world: World): Promise<void> {
  const body = world.plan.programs.get(id)?.body ?? [];
  if (![...nodesOf(body)].some((node) => node.kind === "step" && node.broken))
    await engine.erase({ run: id }, { by: "ana" });
}

/** Finished run trees go. */
async function retain(engine: Engine, _id: string, world: World): Promise<void> {
  world.retained = true;
  await engine.retain();
}

/** A chain is whole at every moment of a run, not only at its end. */
async function verifyIntact(engine: Engine, id: string, world: World): Promise<void> {
  const { verdict, problems } = await engine.verify(id);
  if (verdict === "broken") world.suspect(id, problems.map((problem) => JSON.stringify(problem)).join("; "));
}

/** Some run that people started and that still has its row. */
export async function someRun(world: World): Promise<string | null> {
  const { items } = await world.store.runs(namespace, {}, { limit: 1000, cursor: null });
  const roots = items.filter((row) => row.parent === null);
  return roots.length === 0 ? null : world.dice.pick(roots).id;
}
