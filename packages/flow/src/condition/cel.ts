import { createRequire } from "node:module";
import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { ExpressionError } from "./errors.ts";

/** Expressions come from documents, and run inside the workflow: what one may cost is bounded before it ever runs. */
const MAX_LENGTH = 2000;
const MAX_NESTING = 32;
/** Two loops, one in the other: the work is at most the square of the longest list. */
const MAX_LOOPS = 2;

const loops = new Set(["all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap"]);

let environment: Environment | null = null;

/** Loaded by the first expression, and at once: it costs 20 ms, and most flows have none. */
function celEnvironment(): Environment {
  if (environment) return environment;
  const cel = createRequire(import.meta.url)("@marcbachmann/cel-js") as typeof import("@marcbachmann/cel-js");
  environment = new cel.Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 500, maxDepth: MAX_NESTING, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 16 },
  });
  return environment;
}

/**
 * An expression in CEL (https://cel.dev), ready to be asked. It reads data and calls CEL's own functions: no code, no clock, no
 * I/O. What it reads that is missing is an error; ask with `has(order.total)` first.
 *
 * @throws ExpressionError it is not CEL, or it is longer, deeper or has more loops inside loops than is allowed
 */
export function compileCel(expression: string): (data: Readonly<Record<string, unknown>>) => boolean {
  if (expression.length > MAX_LENGTH) {
    throw new ExpressionError(`${expression.slice(0, 40)}…`, `is longer than ${MAX_LENGTH} characters`);
  }
  const parsed = parse(expression);
  const depth = loopDepth(parsed.ast);
  if (depth > MAX_LOOPS) {
    throw new ExpressionError(expression, `has ${depth} loops inside one another, at most ${MAX_LOOPS} are allowed`);
  }
  return (data) => {
    const answer = evaluate(expression, parsed, data);
    if (typeof answer !== "boolean") {
      throw new ExpressionError(expression, `gives ${answer === null ? "null" : typeof answer}, not true or false`);
    }
    return answer;
  };
}

type Parsed = ReturnType<Environment["parse"]>;

function parse(expression: string): Parsed {
  try {
    return celEnvironment().parse(expression);
  } catch (error) {
    throw new ExpressionError(expression, `is not an expression in CEL (${reasonOf(error)})`, { cause: error });
  }
}

function evaluate(expression: string, parsed: Parsed, data: Readonly<Record<string, unknown>>): unknown {
  try {
    // Without a prototype: `toString` is a name like any other.
    return parsed(Object.assign(Object.create(null) as Record<string, unknown>, data)) as unknown;
  } catch (error) {
    throw new ExpressionError(expression, reasonOf(error), { cause: error });
  }
}

/** The first line: the rest draws the expression once more. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n", 1)[0] ?? text;
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}

/** The names an expression reads, those its own loops bring apart. */
export function namesIn(expression: string): string[] {
  const read = new Set<string>();
  collect(parse(expression).ast, new Set(), read);
  return [...read];
}

function collect(node: unknown, own: ReadonlySet<string>, read: Set<string>): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, own, read);
    return;
  }
  if (!isNode(node)) return;
  if (node.op === "id") {
    if (typeof node.args === "string" && !own.has(node.args)) read.add(node.args);
    return;
  }
  if (node.op === "rcall" && loops.has(node.args[0])) {
    const [, list, [variable, ...rest]] = node.args as unknown as [string, unknown, [{ args: string }, ...unknown[]]];
    collect(list, own, read);
    collect(rest, new Set([...own, variable.args]), read);
    return;
  }
  collect(node.args, own, read);
}

/** How many loops (`list.all(x, …)`) are inside one another. */
function loopDepth(node: unknown): number {
  if (Array.isArray(node)) return Math.max(0, ...node.map(loopDepth));
  if (!isNode(node)) return 0;
  const own = node.op === "rcall" && loops.has(node.args[0]) ? 1 : 0;
  return own + loopDepth(node.args);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
