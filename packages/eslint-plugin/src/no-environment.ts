import type { Rule } from "eslint";
import { isReference, originOf } from "./names.ts";
import { workflowCode } from "./workflow-code.ts";

/** A run may be replayed on another machine or after a restart, where `process.env` says something else. */
export const noEnvironment: Rule.RuleModule = {
  meta: {
    type: "suggestion",
    docs: { description: "disallow reading process.env in workflow code outside steps", recommended: true },
    schema: [],
    messages: {
      environment:
        "process.env may be different when this workflow is replayed; pass it as input, or read it in a step.",
    },
  },
  create(context) {
    return {
      "Program:exit"() {
        for (const { node } of workflowCode(context.sourceCode)) {
          if (node.type !== "MemberExpression" && !(node.type === "Identifier" && isReference(node))) continue;
          const origin = originOf(node, context.sourceCode);
          const isEnvironment =
            origin &&
            ((origin.module === "global" && origin.path === "process.env") ||
              (origin.module === "process" && origin.path === "env"));
          if (isEnvironment) context.report({ node, messageId: "environment" });
        }
      },
    };
  },
};
