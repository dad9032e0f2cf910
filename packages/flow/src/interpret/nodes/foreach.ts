import { HoldpointError } from "@holdpoint/core";
import type { ForeachNode } from "../../definition/definition.ts";
import type { FlowState } from "../../definition/registry.ts";
import { anything } from "../anything.ts";
import type { Frame, NodeRun } from "../program.ts";
import type { Compiler } from "./compiler.ts";
import { asked, inside, passesThrough, seen } from "./inside.ts";
import { collected, sideBySide } from "./side-by-side.ts";

/** A flow for every item of a list. */
export function compileForeach(node: ForeachNode, compiler: Compiler): NodeRun {
  const body = compiler.inner(node.body, "body");
  const { over } = node;
  const list: (input: unknown, data: FlowState) => unknown =
    over === undefined
      ? (input) => input
      : "uses" in over
        ? (compiler.function(over.uses, "over.uses") as (input: unknown, data: FlowState) => unknown)
        : fromTemplate(compiler.template(`{{ ${over.path} }}`, "over.path"));
  const key = node.key === undefined ? null : (compiler.function(node.key, "key") as (item: unknown) => unknown);
  const until = node.until === undefined ? null : compiler.condition(node.until, "until");
  const { onFailure = "cancel-siblings", concurrency, need } = node;
  const plain = until === null && node.more === undefined && node.complete === undefined && node.remaining !== "finish";
  return async (frame, input, token) => {
    const items = list(input, token.state);
    if (!Array.isArray(items)) {
      throw new HoldpointError("NOT_A_LIST", `"${node.id}" goes over a list, and was given ${typeof items}`, {
        node: node.id,
      });
    }
    const task = (item: unknown, i: number) => ({
      name: key ? String(key(item)) : String(i),
      run: () => inside(frame, body, item, token),
    });
    if (plain) return sideBySide(frame, items.map(task), { onFailure, concurrency, need });
    const data = seen(compiler, input, token);
    return new Pool(
      frame,
      node,
      task,
      (facts) => until !== null && asked(frame, `"${node.id}"`, until, { ...data, ...facts }),
    ).run(items);
  };
}

function fromTemplate(fill: (data: FlowState) => unknown): (input: unknown, data: FlowState) => unknown {
  return (_input, data) => fill(data);
}

interface Task {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** Items that may become more while they are worked on, and results of which some may be enough. */
class Pool {
  private readonly frame: Frame;
  private readonly node: ForeachNode;
  private readonly task: (item: unknown, index: number) => Task;
  private readonly until: (facts: { results: unknown[]; done: number }) => boolean;
  private readonly results: unknown[] = [];
  private readonly failures: unknown[] = [];
  private readonly at: Promise<void>[] = [];
  private queue: Task[] = [];
  private running = 0;
  private done = 0;
  private came = 0;
  private wake: () => void = () => {};
  private enough = false;
  private failure: { error: unknown } | null = null;

  constructor(
    frame: Frame,
    node: ForeachNode,
    task: (item: unknown, index: number) => Task,
    until: (facts: { results: unknown[]; done: number }) => boolean,
  ) {
    this.frame = frame;
    this.node = node;
    this.task = task;
    this.until = until;
  }

  async run(items: readonly unknown[]): Promise<unknown[]> {
    const { ctx } = this.frame;
    const { more, complete, remaining = "cancel" } = this.node;
    for (const item of items) this.add(item);
    const listening = {
      ...(more !== undefined && { more: () => this.listen(more) }),
      ...(complete !== undefined && { complete: () => ctx.signal(complete, anything) }),
    };
    if (remaining === "cancel") {
      await ctx.race({ items: () => this.work(), ...listening }, { keep: true });
    } else {
      // In the flow's own scope, so that the end of the listening does not end the work.
      const working = this.work();
      working.catch(() => {});
      await ctx.race({ items: () => working, ...listening }, { keep: true });
      this.enough = true;
      const rest = Promise.all(this.at);
      rest.catch(() => {});
      this.frame.beside.push(rest);
    }
    this.enough = true;
    if (this.failures.length > 0 && this.node.onFailure === "wait-all") throw this.failures[0];
    return [...this.results];
  }

  private add(item: unknown): void {
    this.queue.push(this.task(item, this.came++));
    this.results.push(undefined);
    this.wake();
  }

  /** Further items are taken in while any is being worked on. */
  private async listen(signal: string): Promise<never> {
    for (;;) this.add(await this.frame.ctx.signal(signal, anything));
  }

  /** Ends when the results are enough, or nothing is left to do. Items are begun here, whoever brought them. */
  private async work(): Promise<void> {
    const { concurrency = Number.POSITIVE_INFINITY } = this.node;
    for (;;) {
      if (this.failure) throw this.failure.error;
      if (this.enough || (this.queue.length === 0 && this.running === 0)) return;
      while (this.queue.length > 0 && this.running < concurrency) {
        this.running++;
        const one = this.one(this.queue.shift() as Task, this.came - this.queue.length - 1);
        one.catch(() => {});
        this.at.push(one);
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private async one(task: Task, index: number): Promise<void> {
    const { onFailure = "cancel-siblings", need } = this.node;
    const collect = onFailure === "collect";
    try {
      const { [task.name]: value } = await this.frame.ctx.all({ [task.name]: task.run });
      if (!this.enough) this.results[index] = collect ? { ok: true, value } : value;
      this.done++;
    } catch (error) {
      if (passesThrough(error) || onFailure === "cancel-siblings") {
        this.failure = { error };
        if (this.enough) throw error;
      } else {
        this.failures.push(error);
        if (collect) this.results[index] = collected(error);
      }
    } finally {
      this.running--;
    }
    try {
      const results = this.results.filter((value) => value !== undefined);
      if ((need !== undefined && this.done >= need) || this.until({ results, done: this.done })) this.enough = true;
    } catch (error) {
      this.failure = { error };
    }
    this.wake();
  }
}
