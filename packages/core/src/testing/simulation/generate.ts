import { Dice } from "../dice.ts";
import { randomPanel } from "./panel.ts";
import type { AskNode, Node, Program, SignalNode, StepNode, WorkflowName } from "./program.ts";

/** What happens to a run from outside, beside answers and signals. */
export interface Fate {
  program: string;
  startAfter: number;
  /** Start it by `startOrSignal` with the first message of this name. */
  startWithSignal: string | null;
  delay: number;
  cancelAfter: number | null;
  force: boolean;
  pauseAfter: number | null;
  pauseFor: number;
}

export interface Plan {
  programs: Map<string, Program>;
  /** The runs that are started from outside; the others are children. */
  fates: Fate[];
}

/** Makes up the programs of one world. */
export function generatePlan(seed: string | number): Plan {
  const dice = new Dice(seed, "programs");
  const maker = new Maker(dice, new Dice(seed, "panels"));
  const fates: Fate[] = [];
  const roots = dice.between(3, 4);
  for (let i = 0; i < roots; i++) {
    const program = maker.program(2);
    const first = program.body.find((node): node is SignalNode => node.kind === "signal");
    const unlucky = dice.chance(0.15);
    fates.push({
      program: program.id,
      startAfter: dice.between(0, 500),
      startWithSignal: first && dice.chance(0.4) ? first.name : null,
      delay: dice.chance(0.1) ? dice.between(1, 1500) : 0,
      cancelAfter: unlucky ? dice.between(0, 4000) : null,
      force: dice.chance(0.2),
      pauseAfter: dice.chance(0.15) ? dice.between(0, 3000) : null,
      pauseFor: dice.between(0, 2000),
    });
  }
  return { programs: maker.programs, fates };
}

/** Short waits stay claimed, longer ones park: both happen. */
const waits = [1, 20, 100, 400, 900, 1100, 1500, 2500];

class Maker {
  readonly programs = new Map<string, Program>();
  private readonly dice: Dice;
  /** Of their own, so that whether a hold has a panel changes nothing else of a world. */
  private readonly panels: Dice;
  private count = 0;

  constructor(dice: Dice, panels: Dice) {
    this.dice = dice;
    this.panels = panels;
  }

  private name(kind: string): string {
    return `${kind}${++this.count}`;
  }

  program(depth: number): Program {
    const { dice } = this;
    const id = this.name("p");
    const workflow = dice.weighted<WorkflowName>([
      [8, "plain"],
      [1, "bounded"],
      [1, "again"],
    ]);
    const program: Program = {
      id,
      workflow,
      body: this.body(dice.between(3, 7), depth, depth > 0 ? 2 : 0),
      generations: dice.chance(0.2) ? dice.between(2, 3) : 1,
      fails: dice.chance(0.12),
    };
    this.programs.set(id, program);
    return program;
  }

  /** `depth` bounds nesting, `family` how many generations of children there may be. */
  private body(length: number, depth: number, family: number): Node[] {
    return Array.from({ length }, () => this.node(depth, family));
  }

  private node(depth: number, family: number): Node {
    const { dice } = this;
    const kind = dice.weighted<Node["kind"]>([
      [30, "step"],
      [7, "approve"],
      [5, "ask"],
      [8, "signal"],
      [8, "sleep"],
      [family > 0 ? 4 : 0, "child"],
      [family > 0 ? 3 : 0, "spawn"],
      [depth > 0 ? 5 : 0, "all"],
      [depth > 0 ? 3 : 0, "bare"],
      [depth > 0 ? 9 : 0, "race"],
      [depth > 0 ? 3 : 0, "any"],
      [depth > 0 ? 4 : 0, "map"],
      [depth > 0 ? 2 : 0, "shield"],
      [depth > 0 ? 4 : 0, "try"],
      [3, "draw"],
      [3, "note"],
      [2, "patched"],
      [depth < 2 ? 1 : 0, "fail"],
    ]);
    const name = this.name(kind);
    switch (kind) {
      case "step":
        return this.step(name);
      case "approve":
      case "ask":
        return this.ask(kind, name, depth);
      case "signal":
        return {
          kind,
          name,
          timeout: dice.chance(0.35) ? dice.pick(waits) : null,
          sendAfter: dice.chance(0.5) ? dice.between(0, 3000) : null,
        };
      case "sleep":
        return { kind, name, ms: dice.pick(waits), until: dice.chance(0.2) };
      case "child":
        return { kind, name, program: this.child(family).id };
      case "spawn":
        return { kind, name, program: this.child(family).id, join: dice.chance(0.6), abandon: dice.chance(0.3) };
      case "all":
      case "bare":
        return { kind, name, branches: this.branches(depth, family) };
      case "race":
      case "any":
        return { kind, name, branches: this.branches(depth, family), keep: dice.chance(0.3) };
      case "map":
        return {
          kind,
          name,
          items: dice.between(0, 4),
          concurrency: dice.between(1, 3),
          body: this.body(dice.between(1, 2), depth - 2, 0),
        };
      case "shield":
      case "try":
        return { kind, name, body: this.body(dice.between(1, 3), depth - 1, family) };
      default:
        return { kind, name };
    }
  }

  private child(family: number): Program {
    const { dice } = this;
    const id = this.name("p");
    const program: Program = {
      id,
      workflow: dice.chance(0.85) ? "plain" : "again",
      body: this.body(dice.between(1, 3), 1, family - 1),
      generations: dice.chance(0.1) ? 2 : 1,
      fails: dice.chance(0.1),
    };
    this.programs.set(id, program);
    return program;
  }

  private branches(depth: number, family: number): Node[][] {
    const { dice } = this;
    return Array.from({ length: dice.between(2, 3) }, () => this.body(dice.between(1, 2), depth - 1, family));
  }

  private step(name: string): StepNode {
    const { dice } = this;
    const failing = dice.chance(0.25);
    const hanging = dice.chance(0.08);
    const once = dice.chance(0.08);
    return {
      kind: "step",
      name,
      takes: dice.chance(0.35) ? null : dice.pick([1, 5, 30, 150, 600]),
      failures: failing ? dice.between(1, 3) : 0,
      attempts: dice.between(1, 5),
      pause: dice.pick([10, 100, 500, 1500]),
      hopeless: failing && dice.chance(0.1),
      broken: dice.chance(0.03),
      timeout: hanging || dice.chance(0.1) ? dice.pick([200, 1000]) : null,
      hangs: hanging ? 1 : 0,
      heartbeat: dice.chance(0.08) ? dice.pick([500, 3000]) : null,
      once,
      undo: !once && dice.chance(0.25),
      cache: !once && dice.chance(0.12) ? `c${dice.below(3)}` : null,
      large: dice.chance(0.2),
    };
  }

  private ask(kind: "approve" | "ask", name: string, depth: number): AskNode {
    const { dice } = this;
    const deadline = dice.chance(0.4)
      ? { after: dice.between(300, 3000), then: dice.pick(["approve", "reject", "expire"] as const) }
      : null;
    const answerAfter =
      deadline && dice.chance(0.25)
        ? null
        : deadline && dice.chance(0.4)
          ? deadline.after + dice.between(-20, 10)
          : dice.between(0, depth < 2 ? 1500 : 3000);
    return {
      kind,
      name,
      deadline,
      answerAfter,
      contested: dice.chance(0.2),
      severity: dice.pick(["low", "medium", "high"]),
      reviewers: dice.chance(0.3) ? ["ana", "ben"] : null,
      panel: kind === "approve" && this.panels.chance(0.3) ? randomPanel(this.panels) : null,
    };
  }
}
