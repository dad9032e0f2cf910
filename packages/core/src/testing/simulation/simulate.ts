import { memoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/store.ts";
import { checkJsonSchema } from "../../workflow/json-schema.ts";
import type { TraceLine } from "../scheduler.ts";
import type { Coverage } from "./coverage.ts";
import { checkEnding } from "./ending.ts";
import { People } from "./people.ts";
import { namespace, World } from "./world.ts";

export interface SimulationOptions {
  /** The store under test; a fresh one for each world. Default: in memory. */
  store?: () => Store | Promise<Store>;
  /** The store is encrypted: each process has its own keys at hand, which a key service gives out, when it does. Default no. */
  encrypted?: boolean;
  onTrace?: (line: TraceLine) => void;
  /** So many more people answer every approval that anybody may answer, all at the same moment. Default none. */
  crowd?: number;
  /** Called with the world when it has ended. */
  onEnd?: (world: World) => void | Promise<void>;
}

/** What one simulated world came to. */
export interface SimulationResult {
  seed: string | number;
  /** Empty when everything held. */
  violations: string[];
  coverage: Coverage;
  /** Decisions that were taken, and those whose person was told that somebody else's was. */
  decisions: { taken: number; refused: number };
  /** Events carried out. */
  steps: number;
  /** Equal for equal seeds. */
  digest: number;
  /** Virtual milliseconds. */
  lasted: number;
}

/** How long things may go wrong, and how long the rest may take after that. */
const troubleMs = 8000;
const patienceMs = 180_000;
/** Events of a world, ten times what the longest takes. */
const mostSteps = 200_000;

/** Lives one world to its end, and checks it. */
export async function simulate(seed: string | number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const store = await (options.store ?? memoryStore)();
  await store.open();
  // Loaded on first use, which takes real time: no part of any history.
  await checkJsonSchema({}, null);
  const world = new World(seed, store, options);
  world.crowd = options.crowd ?? 0;
  const { scheduler, fleet, mishaps } = world;
  const began = world.now;
  const onRejection = (reason: unknown): void => world.violation(`unhandled rejection: ${describe(reason)}`);
  process.on("unhandledRejection", onRejection);
  const people = new People(world);
  try {
    for (let machine = 0; machine < 3; machine++) fleet.launch(machine);
    people.begin();
    world.keys?.begin();
    let settled = false;
    let lookAt = 0;
    const state = { rest: false };
    const look = async (): Promise<void> => {
      const { runs } = await store.sizes(namespace);
      const live = runs.ready + runs.running + runs.parked + runs.paused;
      state.rest = live === 0 && people.idle && people.started.size === world.plan.fates.length;
    };
    const watchRest = (): void => {
      scheduler.post(world.network, "looks whether all is done", 100, async () => {
        await look();
        watchRest();
      });
    };
    watchRest();
    await scheduler.run(() => {
      if (world.now - began > troubleMs) mishaps.over = true;
      if (world.witness.violations.length > 20) return true;
      if (world.now - began > patienceMs) return true;
      if (scheduler.steps > mostSteps) {
        world.violation("something goes round and round: no end after so many events");
        return true;
      }
      if (world.now < lookAt) return false;
      lookAt = world.now;
      settled = state.rest;
      return settled;
    });
    if (world.keys) world.store = await world.keys.end();
    await checkEnding(world, people);
    await options.onEnd?.(world);
  } catch (error) {
    world.violation(`the simulation stopped: ${describe(error)}`);
  } finally {
    process.off("unhandledRejection", onRejection);
    for (const worker of fleet.workers) if (!worker.actor.gone) worker.crash();
    await store.close();
  }
  world.coverage.worlds = 1;
  world.coverage.fewestCalls = world.coverage.storeCalls;
  return {
    seed,
    violations: [...world.witness.violations],
    coverage: world.coverage,
    decisions: { taken: people.acknowledged.length, refused: people.refused.length },
    steps: scheduler.steps,
    digest: scheduler.digest,
    lasted: world.now - began,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
