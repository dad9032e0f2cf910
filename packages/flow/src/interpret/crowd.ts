import { JoinError } from "../definition/errors.ts";
import { edgesFrom, ended, needOf } from "./edges.ts";
import type { Frame, ProgramNode, Token } from "./program.ts";
import { runNode } from "./run-node.ts";

/** Whether a node that waits for a state of the flow finds it. */
export function mayRun(frame: Frame, node: ProgramNode): boolean {
  const { milestone } = node;
  if (!milestone) return true;
  return frame.ended.has(milestone.after) && !milestone.until.some((id) => frame.ended.has(id));
}

/** One branch, and where it stands. */
interface Branch {
  readonly token: Token;
  readonly node: ProgramNode;
  /** Where it came from, and in which place among those that meet here. */
  readonly from: ProgramNode | null;
  readonly order: number;
  /** Whether it may be at work beside others; undefined: as the flow. */
  readonly parallel: boolean | undefined;
  withdrawn: boolean;
  withdraw: (() => void) | null;
}

/** A node that fires once for several arrivals, and how far it is. */
interface Round {
  /** The edges by which somebody came. */
  readonly came: Set<number>;
  /** Who came by one of them again. */
  readonly next: Branch[];
  fired: boolean;
}

/** Where several branches ended or met. */
interface Settled {
  readonly token: Token;
  /** What the one branch that is left does next; null when all have ended. */
  readonly next: ProgramNode | null;
}

/**
 * Several branches of one flow at once. Which of them go on, wait or meet is decided whenever one of them has ended a node, from
 * what has been recorded alone: so a replay decides the same. All of it is synchronous but the running of nodes.
 */
export class Crowd {
  private readonly frame: Frame;
  private readonly base: Token;
  /** Allowed to run, and not yet running. */
  private queued: Branch[] = [];
  private readonly running = new Set<Branch>();
  /** Arrived where they must wait for others. */
  private waiting: Branch[] = [];
  private readonly ended: Branch[] = [];
  private readonly rounds = new Map<ProgramNode, Round>();
  private readonly busy = new Set<string>();
  private resolve: (settled: Settled) => void = () => {};
  private reject: (error: unknown) => void = () => {};
  private over = false;

  constructor(frame: Frame, base: Token) {
    this.frame = frame;
    this.base = base;
  }

  /** A branch that begins here. */
  add(node: ProgramNode, order: number, from: ProgramNode | null, parallel?: boolean): void {
    this.arrive({ ...this.base, state: { ...this.base.state }, writes: [] }, node, order, from, parallel);
  }

  /** Lets the branches go, until one or none is left. */
  settled(): Promise<Settled> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.guarded(() => this.pump());
    });
  }

  private guarded(act: () => void): void {
    if (this.over) return;
    try {
      act();
    } catch (error) {
      this.over = true;
      this.reject(error);
    }
  }

  private arrive(
    token: Token,
    node: ProgramNode,
    order: number,
    from: ProgramNode | null,
    parallel: boolean | undefined,
  ): void {
    const branch: Branch = { token, node, order, from, parallel, withdrawn: false, withdraw: null };
    if (typeof node.join === "object" && "threads" in node.join) this.waiting.push(branch);
    else if (node.incoming <= 1 || node.join === "any") this.queued.push(branch);
    else if (node.join === "all") this.waiting.push(branch);
    else this.arriveInRound(branch, node);
  }

  // ── Meeting ───────────────────────────────────────────────────────────────────────────────────────

  private arriveInRound(branch: Branch, node: ProgramNode): void {
    const round = this.rounds.get(node) ?? { came: new Set(), next: [], fired: false };
    this.rounds.set(node, round);
    if (round.came.has(branch.order)) {
      round.next.push(branch); // by the same edge again: it belongs to the next round
      return;
    }
    round.came.add(branch.order);
    if (round.fired) return; // taken in: the node has run for this round
    this.waiting.push(branch);
    const here = this.at(node);
    if (here.length < needOf(node)) return;
    round.fired = true;
    this.meet(node, here);
    if (typeof node.join === "object" && "count" in node.join && node.join.cancel) {
      for (const other of this.live()) if (node.before?.has(other.node)) this.withdraw(other);
    }
  }

  /** A round is over when all have arrived, or nobody is left who could. */
  private endRounds(): boolean {
    let begun = false;
    for (const [node, round] of this.rounds) {
      const full = round.came.size >= node.incoming;
      if (!full && (this.canArrive(node) || round.next.length > 0)) continue;
      if (!round.fired) {
        const here = this.at(node).length;
        if (here > 0) throw new JoinError(this.frame.program.name, node.id, needOf(node), here);
      }
      this.rounds.delete(node);
      for (const branch of round.next) this.arriveInRound(branch, node);
      begun ||= round.next.length > 0;
    }
    return begun;
  }

  /** Branches that only have to be so many: whichever edges they came by. */
  private meetThreads(): boolean {
    for (const node of new Set(this.waiting.map((branch) => branch.node))) {
      if (typeof node.join !== "object" || !("threads" in node.join)) continue;
      const here = this.at(node);
      const { threads } = node.join;
      if (here.length >= threads) {
        this.meet(node, here.slice(0, threads));
        return true;
      }
      const idle = this.running.size === 0 && this.queued.length === 0;
      if (idle && !this.canArrive(node)) throw new JoinError(this.frame.program.name, node.id, threads, here.length);
    }
    return false;
  }

  /** Lets the first node go on whose branches have all arrived. */
  private meetSomewhere(): boolean {
    const places = new Set(this.waiting.filter(({ node }) => node.join === "all").map(({ node }) => node));
    const inOrder = [...places].sort((a, b) => a.order - b.order);
    const ready = inOrder.find((node) => !this.canArrive(node));
    // Each waits for the other, around a loop: the first in declared order breaks it.
    const idle = this.running.size === 0 && this.queued.length === 0;
    const node = ready ?? (idle ? inOrder[0] : undefined);
    if (!node) return false;
    this.meet(node, this.at(node));
    return true;
  }

  private meet(node: ProgramNode, arrived: readonly Branch[]): void {
    this.waiting = this.waiting.filter((branch) => !arrived.includes(branch));
    const token = this.merged(arrived);
    const parallel = arrived.length === 1 ? arrived[0]?.parallel : undefined;
    this.queued.push({ token, node, order: 0, from: null, parallel, withdrawn: false, withdraw: null });
  }

  private merged(branches: readonly Branch[]): Token {
    if (branches.length === 1) return (branches[0] as Branch).token;
    const inOrder = [...branches].sort((a, b) => a.order - b.order);
    const { state, writes } = this.frame.program.state.merge(
      this.base.state,
      inOrder.map(({ token }) => token.writes ?? []),
    );
    const value = Object.fromEntries(inOrder.map(({ from, token }, i) => [from?.id ?? String(i), token.value]));
    return { value, state, writes };
  }

  private at(node: ProgramNode): Branch[] {
    return this.waiting.filter((branch) => branch.node === node);
  }

  private live(): Branch[] {
    return [...this.running, ...this.queued, ...this.waiting];
  }

  private canArrive(node: ProgramNode): boolean {
    for (const branch of this.running) if (node.before?.has(branch.node)) return true;
    return [...this.queued, ...this.waiting].some((branch) => branch.node !== node && node.before?.has(branch.node));
  }

  // ── Going on ──────────────────────────────────────────────────────────────────────────────────────

  private pump(): void {
    while (this.meetSomewhere() || this.meetThreads() || this.endRounds()) {}
    const [only] = this.queued;
    const alone = only && this.live().length === 1 && this.ended.length === 0 && this.rounds.size === 0;
    if (alone && !only.node.milestone) {
      return this.settle({ token: { ...only.token, writes: null }, next: only.node });
    }
    this.begin();
    if (this.running.size > 0) return;
    if (this.queued.length > 0) {
      // What they wait for will not come any more.
      for (const branch of this.queued) this.skipped(branch);
      this.queued = [];
      return this.pump();
    }
    if (this.waiting.length > 0) return this.pump();
    this.settle({ token: this.atTheEnd(), next: null });
  }

  private settle(settled: Settled): void {
    this.over = true;
    this.resolve(settled);
  }

  /** Branches that ended meet in the declared order of the nodes they ended at. */
  private atTheEnd(): Token {
    if (this.ended.length === 0) return this.base;
    return this.merged(this.ended.map((branch) => ({ ...branch, order: branch.node.order, from: branch.node })));
  }

  private begin(): void {
    const { maxParallel = Number.POSITIVE_INFINITY } = this.frame.program.limits;
    for (const branch of [...this.queued]) {
      if (this.running.size >= maxParallel) return;
      const { mutex } = branch.node;
      if ((mutex !== null && this.busy.has(mutex)) || !mayRun(this.frame, branch.node)) continue;
      if (this.frame.program.takesTurns && this.mustWait(branch)) continue;
      if (mutex !== null) this.busy.add(mutex);
      this.queued.splice(this.queued.indexOf(branch), 1);
      this.running.add(branch);
      this.work(branch).then(
        () => this.guarded(() => this.finished(branch)),
        (error) =>
          this.guarded(() => {
            throw error;
          }),
      );
    }
  }

  /** Whether somebody is at work beside whom this branch may not be. */
  private mustWait(branch: Branch): boolean {
    const { sequential = false } = this.frame.program.limits;
    for (const other of this.running) {
      if (branch.parallel === false || other.parallel === false) return true;
      if (sequential && !branch.parallel && !other.parallel) return true;
    }
    return false;
  }

  private async work(branch: Branch): Promise<void> {
    const { frame } = this;
    const { node, token } = branch;
    if (!node.cancellable) return runNode(frame, node, token);
    const withdrawal = new Promise<void>((resolve) => {
      branch.withdraw = resolve;
    });
    await frame.ctx.race({ node: () => runNode(frame, node, token), withdrawn: () => withdrawal });
  }

  private finished(branch: Branch): void {
    this.running.delete(branch);
    const { node, token } = branch;
    if (node.mutex !== null) this.busy.delete(node.mutex);
    if (!branch.withdrawn) {
      for (const other of this.live()) if (node.cancels.includes(other.node)) this.withdraw(other);
      const taken = ended(this.frame, node, token) ? [] : edgesFrom(this.frame, node, token);
      if (taken.length === 0) this.ended.push(branch);
      for (const edge of taken) {
        for (let i = 0; i < edge.threads; i++) {
          this.arrive(
            copy(token),
            edge.to,
            edge.order,
            node,
            edge.parallel ?? (taken.length > 1 ? undefined : branch.parallel),
          );
        }
      }
    }
    this.pump();
  }

  private withdraw(branch: Branch): void {
    branch.withdrawn = true;
    this.queued = this.queued.filter((one) => one !== branch);
    this.waiting = this.waiting.filter((one) => one !== branch);
    branch.withdraw?.();
  }

  private skipped(branch: Branch): void {
    const at = this.frame.ctx.now().getTime();
    this.frame.trace?.({ node: branch.node.id, startedAt: at, endedAt: at, skipped: true }, this.frame, branch.token);
  }
}

function copy(token: Token): Token {
  return { ...token, state: { ...token.state }, writes: token.writes && [...token.writes] };
}
