import type { Rule, SourceCode } from "eslint";
import { type Node, type NodeOf, originOf } from "./names.ts";
import { adviceFor, nameOf } from "./replacements.ts";
import { workflowCode } from "./workflow-code.ts";

/**
 * Workflow code is executed again when a run is replayed, and must then do the same: no clock, no chance, no timers, no
 * network and no waiting for anything but `ctx`, outside steps.
 */
export const noNondeterminism: Rule.RuleModule = {
  meta: {
    type: "problem",
    docs: { description: "disallow what is different in a replay in workflow code outside steps", recommended: true },
    hasSuggestions: true,
    schema: [],
    messages: {
      call: "{{what}} gives another answer when this workflow is replayed; use {{instead}}.",
      foreignAwait: "Nothing records what {{what}} gives: wrap it in {{ctx}}.step(name, () => …).",
      replace: "Use {{code}}.",
      wrap: "Wrap it in a step.",
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      "Program:exit"() {
        for (const { node, ctx } of workflowCode(source)) {
          if (node.type === "CallExpression") checkCall(context, node, ctx);
          else if (node.type === "NewExpression") checkNewDate(context, node, ctx);
          else if (node.type === "AwaitExpression") checkAwait(context, node, ctx);
        }
      },
    };
  },
};

function checkCall(context: Rule.RuleContext, call: NodeOf<"CallExpression">, ctx: string): void {
  const origin = originOf(call.callee as Node, context.sourceCode);
  const advice = origin && adviceFor(origin, ctx);
  if (!origin || !advice) return;
  const { instead, code } = advice;
  const offered = code !== null && inScope(ctx, call, context.sourceCode);
  context.report({
    node: call,
    messageId: "call",
    data: { what: nameOf(origin), instead },
    suggest: offered ? [{ messageId: "replace", data: { code }, fix: (fixer) => fixer.replaceText(call, code) }] : [],
  });
}

function checkNewDate(context: Rule.RuleContext, node: NodeOf<"NewExpression">, ctx: string): void {
  if (node.arguments.length > 0) return;
  const origin = originOf(node.callee as Node, context.sourceCode);
  if (origin?.module !== "global" || origin.path !== "Date") return;
  const code = `${ctx}.now()`;
  context.report({
    node,
    messageId: "call",
    data: { what: "new Date()", instead: code },
    suggest: inScope(ctx, node, context.sourceCode)
      ? [{ messageId: "replace", data: { code }, fix: (fixer) => fixer.replaceText(node, code) }]
      : [],
  });
}

/** `await load(id)` of an imported function that is not given the context, so that it can record nothing. */
function checkAwait(context: Rule.RuleContext, node: NodeOf<"AwaitExpression">, ctx: string): void {
  const call = node.argument as Node;
  if (call.type !== "CallExpression") return;
  const origin = originOf(call.callee as Node, context.sourceCode);
  if (!origin || origin.module === "global" || /^(?:holdpoint$|@holdpoint\/)/.test(origin.module)) return;
  if (adviceFor(origin, ctx)) return;
  if (call.arguments.some((argument) => mentions(argument as Node, ctx, context.sourceCode))) return;
  const name = (origin.path.split(".").at(-1) || "load").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const wrapped = `${ctx}.step(${JSON.stringify(name)}, () => ${context.sourceCode.getText(call as never)})`;
  context.report({
    node: call,
    messageId: "foreignAwait",
    data: { what: `${context.sourceCode.getText(call.callee as never)}()`, ctx },
    suggest: inScope(ctx, node, context.sourceCode)
      ? [{ messageId: "wrap", fix: (fixer) => fixer.replaceText(call, wrapped) }]
      : [],
  });
}

/** Whether the context is handed on: as it is, or in an object or a function. */
function mentions(node: Node, ctx: string, source: SourceCode): boolean {
  return source.getTokens(node as never).some((token) => token.type === "Identifier" && token.value === ctx);
}

function inScope(name: string, node: Node, source: SourceCode): boolean {
  for (
    let scope: ReturnType<SourceCode["getScope"]> | null = source.getScope(node as never);
    scope;
    scope = scope.upper
  ) {
    if (scope.set.has(name)) return true;
  }
  return false;
}
