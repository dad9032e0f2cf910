import { HoldpointError, readableJson, type WorkflowContext } from "@holdpoint/core";
import type { FlowDefinition } from "../definition/definition.ts";
import { FlowEnd } from "../interpret/flow-end.ts";
import type { Frame, Program, ProgramEdge, ProgramNode, Token } from "../interpret/program.ts";
import type { DryRunLimits, DryVisit, DryWay } from "./report.ts";
import type { Executed } from "./stand-ins.ts";

/** The code of a limit that ended a dry run. */
export const limitCode = "DRY_RUN_LIMIT";

/** Bytes of values that one report shows in all. */
const shownBytes = 2 * 1024 * 1024;

/**
 * Watches a program that is made for one dry run: which steps are begun, with what, what becomes of them, and which ways are looked at and taken. It wraps what the
 * interpreter calls and changes nothing of what that gives.
 */
export class Observed {
  visits: DryVisit[] = [];
  readonly ways: DryWay[];
  private readonly definition: FlowDefinition;
  private readonly limits: Required<DryRunLimits>;
  private readonly paths: ReadonlyMap<string, string>;
  private readonly current = new Map<string, DryVisit>();
  /** What executions told, by step and visit: a replay executes nothing again. */
  private readonly told = new Map<string, Executed>();
  private readonly counts = new Map<string, number>();
  private began = 0;
  private shown = 0;

  constructor(definition: FlowDefinition, paths: ReadonlyMap<string, string>, limits: Required<DryRunLimits>) {
    this.definition = definition;
    this.paths = paths;
    this.limits = limits;
    const index: Record<string, number> = {};
    this.ways = definition.edges.map(({ meta }) => {
      const list = String((meta as { list?: unknown } | undefined)?.list ?? "paths");
      index[list] = (index[list] ?? -1) + 1;
      return { path: `flow.${list}[${index[list]}]`, asked: 0, taken: 0 };
    });
  }

  /** A run begins, or begins again in a replay: what is seen is seen from the start. */
  begin(ctx: WorkflowContext, program: Program): void {
    this.visits = [];
    this.current.clear();
    this.counts.clear();
    this.shown = 0;
    this.began = ctx.now().getTime();
    for (const way of this.ways) Object.assign(way, { asked: 0, taken: 0 });
    if (watched.has(program)) return;
    watched.add(program);
    for (const node of program.nodes) this.watchNode(node);
    this.watchWays(program);
  }

  visitOf(step: string): number {
    return this.counts.get(step) ?? 1;
  }

  /** What the code of a step, or what stands in its place, has done. A step inside a step counts for that one. */
  executed(step: string, what: Executed): void {
    this.told.set(`${step}#${this.visitOf(step)}`, what);
    const visit = this.current.get(step);
    if (visit) this.take(visit, what);
  }

  private take(visit: DryVisit, { how, tookMs, attempts, config, error }: Executed): void {
    Object.assign(visit, { how, tookMs, attempts });
    if (config !== undefined) this.show(visit, "config", config);
    visit.error = error === null ? null : wordsOf(error);
  }

  private watchNode(node: ProgramNode): void {
    const { run, inputs } = node;
    const mapped = node.definition.inputs && "templates" in node.definition.inputs;
    const names = mapped ? Object.keys((node.definition.inputs as { templates: object }).templates) : null;
    // Only this dry run has the program: what the interpreter calls of it may be put aside.
    Object.assign(node, {
      ...(inputs && {
        inputs: (data: Record<string, unknown>, value: unknown) => {
          try {
            return inputs(data, value);
          } catch (error) {
            const visit = this.open(node, this.lastMoment());
            this.close(visit, this.lastMoment(), { error });
            throw error;
          }
        },
      }),
      run: async (frame: Frame, input: unknown, token: Token): Promise<unknown> => {
        if (!this.paths.has(node.id)) return run(frame, input, token);
        const visit = this.open(node, frame.ctx.now().getTime());
        const earlier = this.told.get(`${node.id}#${visit.visit}`);
        if (earlier) this.take(visit, earlier);
        this.show(visit, "input", inputOf(input, names));
        try {
          const output = await run(frame, input, token);
          this.close(visit, frame.ctx.now().getTime(), { output });
          return output;
        } catch (error) {
          this.close(visit, frame.ctx.now().getTime(), { error });
          throw error;
        }
      },
    });
  }

  private open(node: ProgramNode, at: number): DryVisit {
    if (this.visits.length >= this.limits.visits)
      throw new HoldpointError(
        limitCode,
        `a dry run begins at most ${this.limits.visits} steps; this one was about to begin "${node.id}" again`,
        {},
      );
    const visit = (this.counts.get(node.id) ?? 0) + 1;
    this.counts.set(node.id, visit);
    const made: DryVisit = {
      step: node.id,
      path: this.paths.get(node.id) ?? "",
      visit,
      status: "stopped",
      how: "flow",
      startedAt: at - this.began,
      endedAt: null,
      tookMs: null,
      attempts: 0,
      error: null,
      left: [],
    };
    this.visits.push(made);
    this.current.set(node.id, made);
    return made;
  }

  private close(visit: DryVisit, at: number, result: { output: unknown } | { error: unknown }): void {
    visit.endedAt = at - this.began;
    if ("error" in result && !(result.error instanceof FlowEnd)) {
      visit.status = "failed";
      visit.error = wordsOf(result.error);
      return;
    }
    visit.status = visit.error === null ? "done" : "recovered";
    if ("output" in result) this.show(visit, "output", result.output);
  }

  private lastMoment(): number {
    return this.began + Math.max(0, ...this.visits.map(({ endedAt, startedAt }) => endedAt ?? startedAt));
  }

  private watchWays({ nodes }: Program): void {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const next = new Map<string, number>();
    for (const [i, edge] of this.definition.edges.entries()) {
      const from = byId.get(edge.from);
      const way = this.ways[i];
      if (!from || !way) continue;
      if (edge.otherwise) {
        this.watchElse(from, way);
        continue;
      }
      const at = next.get(edge.from) ?? 0;
      next.set(edge.from, at + 1);
      const compiled = from.edges[at];
      if (compiled) this.watchWay(compiled, way);
    }
  }

  private watchWay(edge: ProgramEdge, way: DryWay): void {
    const { when } = edge;
    Object.assign(edge, {
      when: (data: never, facts: never) => {
        way.asked++;
        const holds = when === null || when(data, facts);
        if (holds) way.taken++;
        return holds;
      },
    });
  }

  /** The way that is taken when no other is: nobody asks it, so the round of the others is watched. */
  private watchElse(from: ProgramNode, way: DryWay): void {
    let round = { held: false };
    const [first] = from.edges;
    if (!first) {
      // A step with nothing but an "else": a way that never holds is asked before it.
      from.edges.push({ ...(from.otherwise as ProgramEdge), when: () => this.elseTaken(way, { held: false }) });
      return;
    }
    for (const [i, edge] of from.edges.entries()) {
      const { when } = edge;
      const isLast = i === from.edges.length - 1;
      Object.assign(edge, {
        when: (data: never, facts: never) => {
          if (i === 0) round = { held: false };
          const holds = when === null || when(data, facts);
          round.held ||= holds;
          if (isLast) this.elseTaken(way, round);
          return holds;
        },
      });
    }
  }

  private elseTaken(way: DryWay, { held }: { held: boolean }): false {
    way.asked++;
    if (!held) way.taken++;
    return false;
  }

  /** Keeps a value as it can be sent; says so where it is too large. */
  private show(visit: DryVisit, field: "input" | "config" | "output", value: unknown): void {
    if (value === undefined) return;
    const readable = readableJson(value);
    const size = JSON.stringify(readable)?.length ?? 0;
    if (size > this.roomFor(visit, field) || this.shown + size > shownBytes) {
      if (!visit.left.includes(field)) visit.left.push(field);
      return;
    }
    this.shown += size;
    visit[field] = readable;
  }

  /** What code gave is needed again, by whoever goes on with it. */
  private roomFor({ how }: DryVisit, field: string): number {
    const goesOn = field === "output" && (how === "code" || how === "earlier");
    return goesOn ? this.limits.output : this.limits.value;
  }
}

const watched = new WeakSet<Program>();

/** What a person wants to see of what a step gets: what is mapped for it; else all there is, but for what says the same twice. */
function inputOf(input: unknown, names: readonly string[] | null): unknown {
  if (typeof input !== "object" || input === null) return input;
  const data = input as Record<string, unknown>;
  if (names !== null) return Object.fromEntries(names.map((name) => [name, data[name]]));
  const { input: _input, pipeline_input: _given, parameters: _parameters, steps: _steps, ...rest } = data;
  return rest;
}

/** An error in its name and words. */
export function wordsOf(error: unknown): { name: string; message: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message };
}
