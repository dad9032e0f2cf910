import type { Condition } from "../condition/condition.ts";
import type { FlowDefinition, NodeDefinition } from "../definition/definition.ts";

/** What goes through a random flow: a number that decides ways, and the steps whose results led here. */
export interface Trail {
  readonly n: number;
  readonly steps: readonly string[];
}

/** A stream of numbers from 0 up to 1 (mulberry32, by Tommy Ettinger), the same for a seed. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many of each kind of node a flow has: a property that never met a loop says nothing about loops. */
export type Kinds = Record<string, number>;

/** Flows of sequences, branches, parallels, loops, holds, waits, failures and graphs, nested in each other. */
export class RandomFlows {
  private readonly roll: () => number;
  private readonly kinds: Kinds;
  private count = 0;

  constructor(seed: number, kinds: Kinds) {
    this.roll = dice(seed);
    this.kinds = kinds;
  }

  flow(depth = 3): FlowDefinition {
    if (depth > 0 && this.roll() < 0.25) return this.diamond(depth);
    const nodes = Array.from({ length: 1 + this.below(3) }, () => this.nodes(depth)).flat();
    const edges = nodes.slice(1).map((node, i) => ({ from: (nodes[i] as NodeDefinition).id, to: node.id }));
    return { name: `flow-${this.count}`, nodes, edges, entry: [(nodes[0] as NodeDefinition).id] };
  }

  /** Edges that part and meet again, some with conditions. */
  private diamond(depth: number): FlowDefinition {
    this.note("graph");
    const head = this.step();
    const ways = Array.from({ length: 2 + this.below(2) }, () => this.step());
    const tail: NodeDefinition = { ...this.step(), inputs: { uses: "meet" } };
    const after = this.nodes(depth - 1);
    const row = [tail, ...after];
    return {
      name: `graph-${this.count}`,
      nodes: [head, ...ways, ...row],
      edges: [
        ...ways.map((way, i) => ({
          from: head.id,
          to: way.id,
          ...(i > 0 && this.roll() < 0.4 && { when: this.odd() }),
        })),
        ...ways.map((way) => ({ from: way.id, to: tail.id })),
        ...after.map((node, i) => ({ from: (row[i] as NodeDefinition).id, to: node.id })),
      ],
      entry: [head.id],
      ...(this.roll() < 0.3 && { limits: { maxParallel: 1 + this.below(2) } }),
    };
  }

  private nodes(depth: number): NodeDefinition[] {
    if (depth === 0 || this.roll() < 0.35) return [this.step()];
    switch (this.below(8)) {
      case 0:
        return [
          this.named("choose", {
            take: "first",
            cases: [this.way(depth), this.way(depth)],
            otherwise: this.flow(depth - 1),
          }),
        ];
      case 1: {
        const branches = { a: this.flow(depth - 1), b: this.flow(depth - 1), c: this.flow(0) };
        return [this.named("parallel", { branches }), this.meet()];
      }
      case 2: {
        const body = this.flow(depth - 1);
        return [this.named("foreach", { over: { uses: "three" }, concurrency: 1 + this.below(3), body }), this.meet()];
      }
      case 3: {
        const until: Condition = { type: "compare", path: "iteration", operator: "greater_than_or_equal", value: 2 };
        return [this.named("repeat", { body: this.flow(depth - 1), until })];
      }
      case 4: {
        const failing: NodeDefinition = { id: this.id("broken"), kind: "step", uses: "broken", retry: { attempts: 2 } };
        const body = this.flow(depth - 1);
        const last = body.nodes.at(-1) as NodeDefinition;
        return [
          this.named("try", {
            body: {
              ...body,
              nodes: [...body.nodes, failing],
              edges: [...body.edges, { from: last.id, to: failing.id }],
            },
            onError: {
              name: "caught",
              nodes: [{ id: "caught", kind: "map", uses: "caught" }],
              edges: [],
              entry: ["caught"],
            },
          }),
        ];
      }
      case 5:
        return [this.named("approve", { request: { title: "Go on?" } })];
      case 6:
        return [this.named("sleep", { time: { for: "1m" } })];
      default: {
        const branches = {
          work: this.flow(depth - 1),
          late: {
            name: "late",
            nodes: [{ id: "late", kind: "sleep", time: { for: "90s" } }],
            edges: [],
            entry: ["late"],
          },
        };
        return [this.named("race", { branches }), { id: this.id("won"), kind: "map", uses: "won" }];
      }
    }
  }

  private way(depth: number) {
    return { name: this.id("way"), when: this.odd(), flow: this.flow(depth - 1) };
  }

  private odd(): Condition {
    return { type: "function", name: "odd", parameters: this.below(5) };
  }

  private step(): NodeDefinition {
    this.note("step");
    return { id: this.id("step"), kind: "step", uses: "work", ...(this.roll() < 0.2 && { compensate: "undo" }) };
  }

  private meet(): NodeDefinition {
    return { id: this.id("meet"), kind: "map", uses: "meet" };
  }

  private named(kind: NodeDefinition["kind"], more: object): NodeDefinition {
    this.note(kind);
    return { id: this.id(kind), kind, ...more } as NodeDefinition;
  }

  private note(kind: string): void {
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
  }

  private id(kind: string): string {
    return `${kind}${++this.count}`;
  }

  private below(n: number): number {
    return Math.floor(this.roll() * n);
  }
}

/** All trails that are somewhere in a value, as one. */
export function meetTrails(value: unknown): Trail {
  const found: Trail[] = [];
  collect(value, found);
  return {
    n: found.reduce((sum, { n }) => (sum + n) % 97, 0),
    steps: [...new Set(found.flatMap(({ steps }) => steps))],
  };
}

function collect(value: unknown, found: Trail[]): void {
  if (typeof value !== "object" || value === null) return;
  if ("steps" in value) found.push(value as Trail);
  else for (const part of Object.values(value)) collect(part, found);
}
