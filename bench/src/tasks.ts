import { HITLStateMachine } from "@holdpoint/tasks";
import { type StoreKind, storeOf } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";
import { place } from "./place.ts";
import { rawCommits } from "./raw.ts";

const tasks = 1000;

/** The heap, and the bytes that lie outside it. */
const heapNow = (): { heap: number; bytes: number } => {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, bytes: arrayBuffers };
};

async function withMachine<T>(
  kind: StoreKind,
  measure: (machine: HITLStateMachine, bytes: () => number) => Promise<T>,
): Promise<T> {
  const where = place();
  const machine = new HITLStateMachine({ store: storeOf(kind, where.file) });
  try {
    await machine.open();
    return await measure(machine, where.bytes);
  } finally {
    await machine.close();
    where.remove();
  }
}

/** What one transition takes, one after the other, in ms: asked, approved, resumed and completed. */
function latency(kind: StoreKind): Promise<number[]> {
  return withMachine(kind, async (machine) => {
    const times: number[] = [];
    const timed = async (work: Promise<unknown>, began = performance.now()): Promise<void> => {
      await work;
      times.push(performance.now() - began);
    };
    const count = kind === "memory" ? 500 : 100;
    for (let n = 0; n < count; n++) {
      const id = `t${n}`;
      await machine.startTask(id);
      await timed(machine.requestApproval(id, { reason: "Deploy v1.2.3 to production", severity: "high" }));
      await timed(machine.approve(id, { approver: "alice" }));
      await timed(machine.resume(id));
      await timed(machine.complete(id));
    }
    // The first ones compile.
    return times.slice(times.length / 5);
  });
}

/** Bytes that a task takes which waits for a person: of heap, and of database. */
function space(kind: StoreKind): Promise<{ heap: number; outside: number; database: number }> {
  return withMachine(kind, async (machine, bytes) => {
    const wait = async (id: string): Promise<void> => {
      await machine.startTask(id);
      await machine.requestApproval(id, { reason: "Deploy v1.2.3 to production", severity: "high" });
    };
    // The first ones pay for what is there once: compiled code, shared forms, tables.
    for (let n = 0; n < 100; n++) await wait(`first${n}`);
    const [before, database] = [heapNow(), bytes()];
    for (let n = 0; n < tasks; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => wait(`t${n + i}`)));
    const after = heapNow();
    return {
      heap: (after.heap - before.heap) / tasks,
      outside: (after.bytes - before.bytes) / tasks,
      database: (bytes() - database) / tasks,
    };
  });
}

/** The task machine, beside what the Python machine it comes from says of itself: about 1 KB a task, under a millisecond. */
export async function tasksSuite(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of ["memory", "full"] as const) {
    const [medians, highs, heaps, outsides, databases, commits]: number[][] = [[], [], [], [], [], []];
    for (let round = 0; round < rounds; round++) {
      const times = await latency(kind);
      medians?.push(median(times));
      highs?.push(percentile(times, 0.99));
      const { heap, outside, database } = await space(kind);
      heaps?.push(heap / 1024);
      outsides?.push(outside / 1024);
      databases?.push(database / 1024);
      if (kind === "full") commits?.push(1000 / rawCommits("full", true, 500));
    }
    const name = kind === "memory" ? "memory" : "SQLite";
    const less = true;
    const yardstick = kind === "full" ? `; a bare commit of one row ${median(commits ?? []).toFixed(2)} ms` : "";
    const high = median(highs ?? []).toFixed(2);
    figures.push(
      figure(
        `tasks-latency-${kind}`,
        `a task's transition, ${name}`,
        "ms",
        { must: 1, aim: 0.5, less },
        medians ?? [],
        `p99 ${high} ms${yardstick}`,
      ),
      figure(
        `tasks-heap-${kind}`,
        `heap per waiting task, ${name}`,
        "KiB",
        { must: 10, aim: 1, less },
        heaps ?? [],
        kind === "full"
          ? `${median(databases ?? []).toFixed(1)} KiB of database, WAL included`
          : `with its journal, hold and audit trail; their bytes beside the heap: ${median(outsides ?? []).toFixed(1)} KiB`,
      ),
    );
  }
  return figures;
}
