import type { SourceCode } from "eslint";
import {
  type FunctionNode,
  functionOf,
  isFunction,
  isReference,
  type Node,
  type NodeOf,
  originOf,
  propertyName,
  variableOf,
} from "./names.ts";

/**
 * Every node of a file that is executed as workflow code: the functions given to `workflow(…)`, and the functions of this file that
 * they call or hand on, without what is given to `ctx.step(…)` and `ctx.transaction(…)`.
 */
export function workflowCode(source: SourceCode): { node: Node; ctx: string }[] {
  const found: { node: Node; ctx: string }[] = [];
  const entered = new Set<FunctionNode>();

  const enter = (fn: FunctionNode, ctx: string): void => {
    if (entered.has(fn)) return;
    entered.add(fn);
    for (const child of childrenOf(fn, source)) visit(child, ctx, false);
  };

  /** `inStepCall`: among the arguments of a step, where functions are effects and everything else is still workflow code. */
  const visit = (node: Node, ctx: string, inStepCall: boolean): void => {
    if (isFunction(node)) {
      // A declared function counts when something uses it; one that stands in an expression, at once.
      if (!inStepCall && !isDeclared(node)) enter(node, ctx);
      return;
    }
    found.push({ node, ctx });
    if (node.type === "Identifier" && !inStepCall) {
      const variable = isReference(node) ? variableOf(node, source) : null;
      const fn = variable && functionOf(variable);
      if (fn) enter(fn, ctx);
    }
    const isStep = node.type === "CallExpression" && isStepCall(node);
    for (const child of childrenOf(node, source)) {
      visit(child, ctx, inStepCall || (isStep && child !== node.callee));
    }
  };

  for (const fn of roots(source)) enter(fn, contextName(fn));
  return found;
}

/** The functions given to `workflow(…)` of this library. */
function roots(source: SourceCode): FunctionNode[] {
  const functions: FunctionNode[] = [];
  const search = (node: Node): void => {
    if (node.type === "CallExpression" && isWorkflowCall(node, source)) {
      for (const argument of node.arguments as Node[]) {
        if (isFunction(argument)) functions.push(argument);
        else if (argument.type === "Identifier") {
          const variable = variableOf(argument, source);
          const fn = variable && functionOf(variable);
          if (fn) functions.push(fn);
        }
      }
    }
    for (const child of childrenOf(node, source)) search(child);
  };
  search(source.ast as Node);
  return functions;
}

/** Imported from a package of ours, or from the author's own files, which may hand it on. */
function isWorkflowCall(call: NodeOf<"CallExpression">, source: SourceCode): boolean {
  const origin = originOf(call.callee as Node, source);
  if (origin === null || !/(?:^|\.)workflow$/.test(origin.path)) return false;
  return /^(?:holdpoint$|@holdpoint\/|[./#~])/.test(origin.module) || origin.module === "global";
}

function isStepCall(call: NodeOf<"CallExpression">): boolean {
  if (call.callee.type !== "MemberExpression") return false;
  const name = propertyName(call.callee as NodeOf<"MemberExpression">);
  return name === "step" || name === "transaction";
}

function isDeclared(fn: FunctionNode): boolean {
  return fn.type === "FunctionDeclaration" || (fn.parent.type === "VariableDeclarator" && fn.parent.init === fn);
}

/** What the author calls the context; `ctx` where the function takes it apart or does not take it. */
function contextName(fn: FunctionNode): string {
  const [first] = fn.params;
  return first?.type === "Identifier" ? first.name : "ctx";
}

function childrenOf(node: Node, source: SourceCode): Node[] {
  const children: Node[] = [];
  for (const key of source.visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key);
    for (const one of Array.isArray(child) ? child : [child]) if (one) children.push(one as Node);
  }
  return children;
}
