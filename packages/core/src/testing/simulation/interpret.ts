import { HoldpointError, NonRetryableError } from "../../errors.ts";
import type { StepInfo, WorkflowContext } from "../../workflow/context.ts";
import { type AnyWorkflow, type Workflow, workflow } from "../../workflow/definition.ts";
import { answerForm, messageSchema, programSchema } from "./forms.ts";
import { ladderOf, reviewersOf } from "./panel.ts";
import type { SimulatedProcess } from "./process.ts";
import type { AskNode, Node, Outcome, Program, StepNode, WorkflowName } from "./program.ts";
import type { Coroutine, Effect } from "./witness.ts";
import type { World } from "./world.ts";

export interface ProgramInput {
  program: string;
  generation: number;
}

/** How long a run of the workflow `bounded` may take, in ms. */
export const boundedMs = 4000;

/** The workflows of a simulated process: each interprets the program its input names. */
export function workflowsOf(world: World, process: SimulatedProcess): AnyWorkflow[] {
  const family = new Map<WorkflowName, Workflow<ProgramInput, unknown>>();
  const make = (name: WorkflowName, options: object): void => {
    const made = workflow({ name, input: programSchema, cleanupTimeout: "60s", ...options }, (ctx, input) =>
      new Interpreter(world, process, family, ctx, input).run(),
    );
    family.set(name, made as unknown as Workflow<ProgramInput, unknown>);
  };
  make("plain", {});
  make("bounded", { timeout: boundedMs });
  // No jitter: it is drawn from the run's own random seed, which no seed of ours decides.
  make("again", { retry: { attempts: 2, initial: 300, jitter: 0 } });
  return [...family.values()];
}

/** Runs one program on a context, and writes down everything it sees. */
class Interpreter {
  private readonly world: World;
  private readonly process: SimulatedProcess;
  private readonly family: ReadonlyMap<WorkflowName, Workflow<ProgramInput, unknown>>;
  private readonly ctx: WorkflowContext;
  private readonly program: Program;
  private readonly input: ProgramInput;
  private readonly seen: Coroutine;
  private readonly round: number;

  constructor(
    world: World,
    process: SimulatedProcess,
    family: ReadonlyMap<WorkflowName, Workflow<ProgramInput, unknown>>,
    ctx: WorkflowContext,
    input: ProgramInput,
  ) {
    this.world = world;
    this.process = process;
    this.family = family;
    this.ctx = ctx;
    this.input = input;
    this.program = world.program(input.program);
    this.round = world.roundOf(ctx.run, process.epochOf(ctx.run));
    this.seen = process.coroutineOf(ctx.run, this.round);
  }

  async run(): Promise<unknown> {
    const values = await this.body(this.program.body, "");
    if (this.input.generation < this.program.generations) {
      this.ctx.continueAsNew({ program: this.program.id, generation: this.input.generation + 1 });
    }
    if (this.program.fails) throw new Error(`${this.program.id} fails`);
    return { values };
  }

  private async body(body: readonly Node[], path: string): Promise<unknown[]> {
    const values: unknown[] = [];
    const joins: (() => Promise<void>)[] = [];
    for (const node of body) values.push(await this.observed(node, `${path}${node.name}`, joins));
    for (const join of joins) await join();
    return values;
  }

  private async observed(node: Node, path: string, joins: (() => Promise<void>)[]): Promise<unknown> {
    let outcome: Outcome;
    let failure: unknown;
    try {
      outcome = { ok: await this.call(node, path, joins) };
    } catch (error) {
      outcome = { error: codeOf(error) };
      failure = error;
    }
    this.seen.saw(path, outcome);
    if ("error" in outcome) throw failure;
    return outcome.ok;
  }

  private call(node: Node, path: string, joins: (() => Promise<void>)[]): unknown {
    const { ctx } = this;
    const inside = `${path}/`;
    switch (node.kind) {
      case "step":
        return this.step(node);
      case "approve":
      case "ask":
        return this.ask(node);
      case "signal":
        return this.world.awaiting(ctx.run.id, node.name, () =>
          ctx.signal(node.name, messageSchema, node.timeout === null ? {} : { timeout: node.timeout }),
        );
      case "sleep":
        return node.until ? ctx.sleepUntil(ctx.now().getTime() + node.ms) : ctx.sleep(node.ms);
      case "child":
        return ctx.child(this.workflowOf(node.program), { program: node.program, generation: 1 });
      case "spawn":
        return this.spawn(node, path, joins);
      case "all":
        return ctx.all(this.branches(node.branches, inside));
      case "bare":
        return this.bare(node.branches, inside);
      case "race":
        return ctx.race(this.branches(node.branches, inside), { keep: node.keep });
      case "any":
        return ctx.any(this.branches(node.branches, inside), { keep: node.keep });
      case "map":
        return ctx.map(
          Array.from({ length: node.items }, (_, i) => i),
          (i) => this.body(node.body, `${inside}${i}.`),
          { concurrency: node.concurrency, key: (i) => `item${i}` },
        );
      case "shield":
        return ctx.shield(() => this.body(node.body, inside));
      case "try":
        return this.attempt(node.body, inside);
      case "draw":
        return [ctx.now().getTime(), ctx.random(), ctx.uuid()];
      case "note":
        ctx.emit({ path });
        ctx.progress(1, 2);
        ctx.set({ last: path });
        return null;
      case "patched":
        return ctx.patched(node.name);
      case "fail":
        throw new Error(`${node.name} fails`);
    }
  }

  private branches(branches: readonly Node[][], path: string): Record<string, () => Promise<unknown>> {
    return Object.fromEntries(branches.map((branch, i) => [`b${i}`, () => this.body(branch, `${path}b${i}.`)]));
  }

  /** Concurrency without a combinator: everything runs to its end. */
  private async bare(branches: readonly Node[][], path: string): Promise<unknown[]> {
    const settled = await Promise.allSettled(branches.map((branch, i) => this.body(branch, `${path}${i}.`)));
    return settled.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
  }

  private async attempt(body: readonly Node[], path: string): Promise<unknown> {
    try {
      return { ok: await this.body(body, path) };
    } catch (error) {
      return { error: codeOf(error) };
    }
  }

  private workflowOf(program: string): Workflow<ProgramInput, unknown> {
    const found = this.family.get(this.world.program(program).workflow);
    if (!found) throw new Error(`no workflow for ${program}`);
    return found;
  }

  private async spawn(node: Node & { kind: "spawn" }, path: string, joins: (() => Promise<void>)[]): Promise<null> {
    const child = await this.ctx.spawn(
      this.workflowOf(node.program),
      { program: node.program, generation: 1 },
      { parentClose: node.abandon ? "abandon" : "cancel" },
    );
    if (node.join) {
      joins.push(async () => {
        let outcome: Outcome;
        try {
          outcome = { ok: await child.result() };
        } catch (error) {
          outcome = { error: codeOf(error) };
        }
        this.seen.saw(`${path}/join`, outcome);
      });
    }
    return null;
  }

  private async ask(node: AskNode): Promise<unknown> {
    const { ctx } = this;
    const text = {
      title: `Decide ${node.name}`,
      severity: node.severity,
      ...(node.panel
        ? { reviewers: reviewersOf(node.panel) }
        : node.reviewers
          ? { reviewers: { people: node.reviewers } }
          : {}),
    };
    if (node.kind === "approve") {
      const end = node.deadline && [
        node.deadline.then === "expire"
          ? { after: node.deadline.after, expire: true as const }
          : { after: node.deadline.after, decide: { approved: node.deadline.then === "approve", note: "deadline" } },
      ];
      const deadline = [...(node.panel ? ladderOf(node.panel) : []), ...(end ?? [])];
      const { approved, by, note } = await ctx.approve(node.name, deadline.length > 0 ? { ...text, deadline } : text);
      return { value: approved, by, note };
    }
    const deadline = node.deadline && [
      node.deadline.then === "expire"
        ? { after: node.deadline.after, expire: true as const }
        : { after: node.deadline.after, decide: `good ${node.deadline.then}` },
    ];
    const { value, by, note } = await ctx.hold(node.name, {
      form: answerForm,
      jsonSchema: { type: "string" },
      ...text,
      ...(deadline ? { deadline } : {}),
    });
    return { value, by, note };
  }

  private step(node: StepNode): Promise<string> {
    const { ctx } = this;
    return ctx.step<string>(node.name, (info) => this.effect(node, info), {
      retry: { attempts: node.attempts, initial: node.pause, max: "5s" },
      ...(node.timeout === null ? {} : { timeout: node.timeout }),
      ...(node.heartbeat === null ? {} : { heartbeat: node.heartbeat }),
      ...(node.once ? { once: true } : {}),
      ...(node.cache === null ? {} : { cache: { key: node.cache, ttl: "10s", scope: "namespace" } }),
      ...(node.undo ? { compensate: (token, info) => this.undo(node, token, info) } : {}),
    });
  }

  private begin(node: StepNode, name: string, info: StepInfo, undoes: string | null = null): Effect {
    const { id, generation } = this.ctx.run;
    const key = info.idempotencyKey.slice(info.idempotencyKey.indexOf("/") + 1);
    return this.process.beginEffect({
      runId: id,
      generation,
      key,
      node: name,
      cache: node.cache,
      attempt: info.attempt,
      round: this.round,
      undoes,
    });
  }

  private effect(node: StepNode, info: StepInfo): string | Promise<string> {
    const effect = this.begin(node, node.name, info);
    const result = (): string => {
      if (node.broken && this.world.isBroken(node.name)) {
        effect.ended = "failed";
        throw new NonRetryableError(`${node.name} is broken`);
      }
      if (info.attempt <= node.failures) {
        effect.ended = "failed";
        throw node.hopeless ? new NonRetryableError("hopeless") : new Error("planned");
      }
      effect.ended = "ok";
      return node.large ? `${effect.token} ${effect.token.repeat(400)}` : effect.token;
    };
    return node.takes === null && info.attempt > node.hangs ? result() : this.slowly(node, info, result);
  }

  private async slowly(node: StepNode, info: StepInfo, result: () => string): Promise<string> {
    if (info.attempt <= node.hangs) {
      await new Promise((_, reject) => info.signal.addEventListener("abort", () => reject(info.signal.reason)));
    }
    const takes = node.takes ?? 1;
    if (node.heartbeat === null) await this.process.sleep(takes);
    else {
      for (let beat = 1; beat <= 3; beat++) {
        info.heartbeat({ step: node.name, beat });
        await this.process.sleep(takes / 3);
      }
    }
    return result();
  }

  private async undo(node: StepNode, token: string, info: StepInfo): Promise<string> {
    const effect = this.begin(node, `undo ${node.name}`, info, token.split(" ")[0] ?? token);
    await this.process.sleep(5);
    effect.ended = "ok";
    return effect.token;
  }
}

/** What an error is called in observations. */
export function codeOf(error: unknown): string {
  if (error instanceof HoldpointError) return error.code;
  if (error instanceof AggregateError) return "AGGREGATE";
  return error instanceof Error ? "ERROR" : "?";
}
