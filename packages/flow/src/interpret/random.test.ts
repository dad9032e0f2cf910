import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { makeFlow } from "./flow.ts";
import { type Kinds, meetTrails, RandomFlows, type Trail } from "./random-flow.fixture.ts";

const disciplines = ["normal", "park", "crash"] as const;
const seeds = Number(process.env.HOLDPOINT_FLOWS ?? 150);

/** What the steps of one run did. */
class Observer {
  /** How often each recorded step was executed. */
  readonly executed = new Map<string, number>();
  /** Steps whose result somebody has seen: they must not be executed again. */
  private readonly seen = new Set<string>();
  readonly repeatedAfterSeen: string[] = [];

  registry(): Registry {
    return {
      steps: {
        work: { run: (args: StepArguments<Trail>) => this.work(args) },
        broken: {
          run: (args: StepArguments<Trail>) => {
            this.note(args);
            throw new Error("broken");
          },
        },
      },
      functions: {
        meet: meetTrails,
        three: (trail: Trail) => [0, 1, 2].map((i) => ({ ...trail, n: trail.n + i })),
        caught: ({ input }: { input: Trail }) => input,
        won: ({ value }: { value: Trail }) => value,
        odd: (data: { value: unknown }, shift: number) => (meetTrails(data.value).n + shift) % 2 === 1,
        undo: () => undefined,
      },
    };
  }

  private async work(args: StepArguments<Trail>): Promise<Trail> {
    this.note(args);
    if (args.input.n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    return { n: (args.input.n * 7 + 3) % 97, steps: [...args.input.steps, args.idempotencyKey] };
  }

  private note({ input, idempotencyKey, attempt }: StepArguments<Trail>): void {
    for (const step of input.steps) this.seen.add(step);
    if (this.seen.has(idempotencyKey)) this.repeatedAfterSeen.push(idempotencyKey);
    const key = `${idempotencyKey} attempt ${attempt}`;
    this.executed.set(key, (this.executed.get(key) ?? 0) + 1);
  }
}

async function observe(seed: number, discipline: (typeof disciplines)[number], kinds: Kinds) {
  const observer = new Observer();
  const flow = makeFlow({ ...new RandomFlows(seed, kinds).flow(), name: "random" }, observer.registry());
  const engine = createTestEngine({
    workflows: [flow],
    discipline,
    answers: Object.fromEntries(approvals(flow.definition).map((id) => [id, { approved: true }])),
  });
  try {
    const run = await engine.run(flow, { n: seed % 11, steps: [] }, { id: "r" });
    const result = await run.result().catch((error: unknown) => `failed: ${(error as Error).message}`);
    const exported = await engine.export("r");
    const keys = exported.generations.flatMap(({ entries }) => entries.map(({ key, phase }) => `${key} ${phase}`));
    return { observer, result, keys };
  } finally {
    await engine.stop();
  }
}

function approvals(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "kind" in value && value.kind === "approve" ? [(value as unknown as { id: string }).id] : [];
  return [...own, ...Object.values(value).flatMap(approvals)];
}

test("random flows end the same, whatever is forgotten between two writes, and nothing recorded is done again", async () => {
  const kinds: Kinds = {};
  for (let seed = 1; seed <= seeds; seed++) {
    const normal = await observe(seed, "normal", kinds);
    expect(
      [...normal.observer.executed.values()].filter((times) => times !== 1),
      `seed ${seed}`,
    ).toEqual([]);
    for (const discipline of ["park", "crash"] as const) {
      const other = await observe(seed, discipline, {});
      const where = `seed ${seed}, ${discipline}`;
      expect(other.result, where).toEqual(normal.result);
      expect(other.observer.repeatedAfterSeen, where).toEqual([]);
      expect(new Set(other.keys).size, where).toBe(other.keys.length);
      expect([...other.observer.executed.keys()].sort(), where).toEqual([...normal.observer.executed.keys()].sort());
      if (discipline === "park") {
        expect(
          [...other.observer.executed.values()].filter((times) => times !== 1),
          where,
        ).toEqual([]);
      }
    }
  }
  for (const kind of ["step", "graph", "choose", "parallel", "foreach", "repeat", "try", "approve", "sleep", "race"]) {
    expect(kinds[kind] ?? 0, `flows with ${kind}`).toBeGreaterThan(seeds / 10);
  }
}, 300_000);
