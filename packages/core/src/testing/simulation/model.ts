import type { AskNode, Node, Outcome, Program, SignalNode, StepNode } from "./program.ts";
import type { Effect, Observations } from "./witness.ts";

/** What is known about one generation of a run from outside, to hold its observations against. */
export interface Facts {
  program: Program;
  runId: string;
  generation: number;
  observations: Observations;
  /** Somebody cancelled it, or its parent or its own failure did. */
  cancelled: boolean;
  /** It ran into its own timeout. */
  timedOut: boolean;
  effect(token: string): Effect | undefined;
  /** The result that the journal has for this execution's step. */
  isRecorded(effect: Effect, token: string): boolean;
  /** The hold of this key as it is in the end. */
  hold(key: string): { status: string; decidedBy: string | null; value: unknown } | undefined;
  /** Holds of this name that have expired, or that the deadline decided. */
  closedByDeadline(name: string, how: "expired" | "decided"): boolean;
  signalled(name: string, n: number): boolean;
  /** How the child for this program ended, of those this run started. */
  children(program: string): { status: string; output: unknown }[];
  /** Finished runs were removed. */
  retained: boolean;
}

/** A body's outcome as its nodes' outcomes make it; undefined while it is unfinished. */
type Result = { ok: unknown[] } | { error: string } | undefined;

/**
 * The plain interpreter: walks a program along what its run observed, and says where an observation could not have come
 * from: a value nobody gave, an error nobody caused, a branch whose outcome does not follow from its parts.
 */
export class Model {
  readonly problems: string[] = [];
  private readonly facts: Facts;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** The outcome the whole program must have; undefined when the run was stopped before its code ended. */
  check(): Result {
    const body = this.body(this.facts.program.body, "", false);
    if (body === undefined || "error" in body) return body;
    if (this.facts.generation < this.facts.program.generations) return body;
    return this.facts.program.fails ? { error: "ERROR" } : body;
  }

  private problem(path: string, text: string): void {
    this.problems.push(`${this.facts.runId}.${this.facts.generation} ${path}: ${text}`);
  }

  /** `inside` a branch, so that somebody else's end may cancel it. */
  private body(body: readonly Node[], path: string, inside: boolean): Result {
    const values: unknown[] = [];
    const joins: (Node & { kind: "spawn" })[] = [];
    let result: Result;
    let open = true;
    for (const node of body) {
      const at = path + node.name;
      const outcome = this.facts.observations.outcomes.get(at);
      if (outcome === undefined) {
        open = false;
        continue;
      }
      if (!open || result) this.problem(at, "was observed although the code could not get there");
      this.node(node, at, outcome, inside);
      if ("error" in outcome) result = outcome;
      else values.push(outcome.ok);
      if (node.kind === "spawn" && node.join) joins.push(node);
    }
    if (result) return result;
    if (!open) return undefined;
    for (const node of joins) {
      const outcome = this.facts.observations.outcomes.get(`${path}${node.name}/join`);
      if (outcome === undefined) return undefined;
      this.child(node.program, `${path}${node.name}/join`, outcome, inside);
    }
    return { ok: values };
  }

  private node(node: Node, path: string, outcome: Outcome, inside: boolean): void {
    if ("error" in outcome && this.excused(outcome.error, inside)) return void this.parts(node, path, inside);
    switch (node.kind) {
      case "step":
        return this.step(node, path, outcome);
      case "approve":
      case "ask":
        return this.ask(node, path, outcome, inside);
      case "signal":
        return this.signal(node, path, outcome);
      case "child":
        return this.child(node.program, path, outcome, inside);
      case "fail":
        return this.expect(path, outcome, [{ error: "ERROR" }]);
      case "patched":
        return this.expect(path, outcome, [{ ok: true }, { ok: false }]);
      case "draw":
        if (!("ok" in outcome)) this.problem(path, `cannot fail: ${outcome.error}`);
        return;
      case "sleep":
      case "note":
      case "spawn":
        if (!("ok" in outcome) || (outcome.ok ?? null) !== null) this.problem(path, `gave ${JSON.stringify(outcome)}`);
        return;
      default:
        return this.composed(node, path, outcome, inside);
    }
  }

  /** Errors that can come from outside of a node: cancellation and the run's own timeout. */
  private excused(error: string, inside: boolean): boolean {
    if (error === "CANCELLED") return inside || this.facts.cancelled || this.facts.timedOut;
    return error === "TIMEOUT" && this.facts.timedOut;
  }

  private step(node: StepNode, path: string, outcome: Outcome): void {
    if ("error" in outcome) {
      const exhausted = node.failures >= node.attempts || (node.hopeless && node.failures > 0);
      const unsure = node.timeout !== null || node.heartbeat !== null || node.once || node.broken;
      if (outcome.error !== "STEP_FAILED" || !(exhausted || unsure)) this.problem(path, `failed with ${outcome.error}`);
      return;
    }
    const token = String(outcome.ok).split(" ")[0] ?? "";
    const effect = this.facts.effect(token);
    if (!effect) return this.problem(path, `gave ${JSON.stringify(outcome.ok)}, which no execution gave`);
    const own = effect.runId === this.facts.runId && effect.generation === this.facts.generation;
    const mine = own && effect.node === node.name;
    if (!mine && (node.cache === null || effect.cache !== node.cache))
      this.problem(path, `got the result of ${effect.runId}/${effect.key}`);
    if (effect.ended !== "ok")
      this.problem(path, `got the result of an execution that ${effect.ended ?? "never ended"}`);
    if (mine && effect.attempt <= node.failures) this.problem(path, `attempt ${effect.attempt} was to fail`);
    if (own && !this.facts.isRecorded(effect, String(outcome.ok)))
      this.problem(path, `saw ${token}, which is not recorded`);
  }

  private ask(node: AskNode, path: string, outcome: Outcome, inside: boolean): void {
    if ("error" in outcome) {
      const may = outcome.error === "HOLD_EXPIRED" && node.deadline?.then === "expire";
      if (!may || !this.facts.closedByDeadline(node.name, "expired"))
        this.problem(path, `failed with ${outcome.error}`);
      return;
    }
    const { value, by, note } = outcome.ok as { value: unknown; by: string | null; note: string | null };
    if (by === null) {
      const expected = node.kind === "approve" ? node.deadline?.then === "approve" : `good ${node.deadline?.then}`;
      if (!node.deadline || node.deadline.then === "expire" || value !== expected)
        this.problem(path, `the deadline cannot have said ${JSON.stringify(value)}`);
      else if (!this.facts.closedByDeadline(node.name, "decided")) this.problem(path, "the deadline did not decide");
      return;
    }
    const key = /^\w+ about (.*) r\d+$/.exec(note ?? "")?.[1] ?? "";
    const hold = this.facts.hold(key);
    if (!hold) return this.problem(path, `was decided as ${note}, and there is no such hold`);
    // A branch may see a decision that came before the write which closed it; for people it is superseded. A shield in a
    // branch that lost is awaited by nobody: that write is then the run's end.
    const branch = inside || /\/b?\d+\./.test(path);
    const counts = hold.status === "decided" || (branch && hold.status === "superseded");
    if (!counts || hold.decidedBy !== by || JSON.stringify(hold.value) !== JSON.stringify(value)) {
      this.problem(path, `saw ${JSON.stringify(outcome.ok)}, the hold says ${JSON.stringify(hold)}`);
    }
  }

  private signal(node: SignalNode, path: string, outcome: Outcome): void {
    if ("error" in outcome) {
      if (outcome.error !== "TIMEOUT" || node.timeout === null) this.problem(path, `failed with ${outcome.error}`);
      return;
    }
    const { n } = outcome.ok as { n: number };
    if (!this.facts.signalled(node.name, n)) this.problem(path, `got message ${n}, which nobody sent`);
  }

  private child(program: string, path: string, outcome: Outcome, inside: boolean): void {
    if ("error" in outcome && this.excused(outcome.error, inside)) return;
    const children = this.facts.children(program);
    if (children.length === 0 && this.facts.retained) return;
    const fits = children.some(({ status, output }) =>
      "ok" in outcome
        ? status === "completed" && JSON.stringify(output) === JSON.stringify(outcome.ok)
        : outcome.error === "CHILD_FAILED" && (status === "failed" || status === "cancelled"),
    );
    if (!fits) this.problem(path, `says ${JSON.stringify(outcome)}, the child says ${JSON.stringify(children)}`);
  }

  private expect(path: string, outcome: Outcome, allowed: readonly Outcome[]): void {
    if (!allowed.some((one) => JSON.stringify(one) === JSON.stringify(outcome)))
      this.problem(path, `gave ${JSON.stringify(outcome)}`);
  }

  // ── Composed nodes ────────────────────────────────────────────────────────────────────────────────

  /** The outcomes of a node's branches, in order. */
  private parts(node: Node, path: string, excused: boolean): Result[] {
    const inside = `${path}/`;
    switch (node.kind) {
      case "all":
      case "race":
      case "any":
        return node.branches.map((branch, i) => this.body(branch, `${inside}b${i}.`, true));
      case "bare":
        return node.branches.map((branch, i) => this.body(branch, `${inside}${i}.`, true));
      case "map":
        return Array.from({ length: node.items }, (_, i) => this.body(node.body, `${inside}${i}.`, true));
      case "shield":
      case "try":
        return [this.body(node.body, inside, node.kind === "try" && excused)];
      default:
        return [];
    }
  }

  private composed(node: Node, path: string, outcome: Outcome, inside: boolean): void {
    const parts = this.parts(node, path, inside);
    const errors = parts.flatMap((part) => (part && "error" in part ? [part.error] : []));
    const values = parts.map((part) => (part && "ok" in part ? part.ok : undefined));
    const whole = values.every((value) => value !== undefined);
    const named = (): Outcome => ({ ok: Object.fromEntries(values.map((value, i) => [`b${i}`, value])) });
    const winners = values.flatMap((value, i): Outcome[] =>
      value === undefined ? [] : [{ ok: { winner: `b${i}`, value } }],
    );
    const failures = errors.map((error): Outcome => ({ error }));
    switch (node.kind) {
      case "all":
        return this.expect(path, outcome, errors.length > 0 ? failures : whole ? [named()] : []);
      case "race":
        return this.expect(path, outcome, [...winners, ...failures]);
      case "any":
        return this.expect(path, outcome, errors.length === parts.length ? [{ error: "AGGREGATE" }] : winners);
      case "bare":
      case "map":
        return this.expect(path, outcome, errors.length > 0 ? failures : whole ? [{ ok: values }] : []);
      case "shield": {
        const [part] = parts;
        return this.expect(path, outcome, part ? [part] : []);
      }
      case "try": {
        const [part] = parts;
        return this.expect(path, outcome, part ? [{ ok: part }] : []);
      }
      default:
    }
  }
}
