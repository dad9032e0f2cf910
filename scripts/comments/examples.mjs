// The examples in doc comments, as programs that can be compiled.

/**
 * What examples may use without saying where it comes from: a shop, its workflow, and what runs it.
 * `names` are the values the doors give out; an example need not import them.
 */
export function surroundings(names) {
  return `import type { z as Zod } from "zod";
import type { AnyWorkflow, Engine, Hold, ProvidedService, RunHandle, Store, Workflow, WorkflowContext } from "holdpoint";
import type { TestEngine } from "holdpoint/testing";
import type { DecisionLinks } from "@holdpoint/channels";
import type { HITLStateMachine } from "@holdpoint/tasks";
interface Outcome { status: "refunded" | "declined" }
interface Call { signal?: AbortSignal; idempotencyKey?: string }
declare global {
  var z: typeof Zod;
  var ctx: WorkflowContext;
  var engine: TestEngine;
  var run: RunHandle<Outcome>;
  var hold: Hold;
  var machine: HITLStateMachine;
  var links: DecisionLinks;
  var store: Store;
  var refund: Workflow<{ orderId: string; amount: number }, Outcome>;
  var reminder: Workflow<{ to: string }, void>;
  var chat: Workflow<{ topic: string }, void>;
  var input: { orderId: string; amount: number };
  var shop: {
    load(id: string): Promise<{ id: string; total: number }>;
    importPage(page: number): Promise<void>;
    file(id: string, label: string): Promise<void>;
    release(id: string): Promise<void>;
    stock(id: string): Promise<number>;
    size(file: string): Promise<number>;
  };
  var payments: {
    refund(orderId: string, amount: number, call?: Call): Promise<{ receipt: string }>;
    cancel(receipt: string): Promise<void>;
  };
  var model: {
    write(what: string): Promise<string>;
    score(id: string): Promise<number>;
    classify(text: string): Promise<{ label: string; score: number }>;
  };
  var encrypt: (bytes: Uint8Array) => Uint8Array;
  var decrypt: (bytes: Uint8Array) => Uint8Array;
  var mailer: { send(to: string, text: string): Promise<void> };
  var test: (name: string, fn: () => Promise<void>) => void;
  var assert: { equal(a: unknown, b: unknown): void; deepEqual(a: unknown, b: unknown): void };
  var readFileSync: (path: string, encoding: "utf8") => string;
${names.map(({ name, door }) => `  var ${name}: typeof import("${door}").${name};`).join("\n")}
}
`;
}

/**
 * The examples of a comment.
 *
 * @returns {string[]}
 */
export function examplesOf(comment) {
  return comment
    .split(/^@(?=\w)/m)
    .filter((part) => part.startsWith("example"))
    .map((part) => part.slice("example".length).trim());
}
