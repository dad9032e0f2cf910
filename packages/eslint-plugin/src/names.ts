import type { Rule, Scope, SourceCode } from "eslint";

export type Node = Rule.Node;
export type NodeOf<T extends Node["type"]> = Extract<Node, { type: T }>;
export type FunctionNode = NodeOf<"FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression">;

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression" ||
    node?.type === "ArrowFunctionExpression"
  );
}

/** Not the name of a property, nor a name that is being declared. */
export function isReference(identifier: NodeOf<"Identifier">): boolean {
  const { parent } = identifier;
  if (parent.type === "MemberExpression") return parent.object === identifier || parent.computed;
  if (parent.type === "Property") return parent.value === identifier;
  if (parent.type === "VariableDeclarator") return parent.init === identifier;
  return true;
}

/** The variable an identifier refers to; null for a global. */
export function variableOf(identifier: NodeOf<"Identifier">, source: SourceCode): Scope.Variable | null {
  for (let scope: Scope.Scope | null = source.getScope(identifier); scope; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable) return variable.defs.length > 0 ? variable : null;
  }
  return null;
}

/** The function that a variable is declared as in this file: `function f() {}` or `const f = () => {}`. */
export function functionOf(variable: Scope.Variable): FunctionNode | null {
  const definition = variable.defs[0];
  if (definition?.type === "FunctionName")
    return isFunction(definition.node as Node) ? (definition.node as FunctionNode) : null;
  if (definition?.type !== "Variable") return null;
  const value = definition.node.init as Node | null | undefined;
  return isFunction(value) ? value : null;
}

/** Where a name comes from: `global`, or the module it is imported from (without `node:`). */
export interface Origin {
  module: string;
  /** `Date.now`, `randomUUID`, `default.load`; the first part of an imported one is the name it was exported under. */
  path: string;
}

/** What an expression like `a.b.c` names, if it begins at a global or an import; null for anything else. */
export function originOf(expression: Node, source: SourceCode): Origin | null {
  const parts: string[] = [];
  let at = expression;
  while (at.type === "MemberExpression") {
    const property = propertyName(at);
    if (property === null) return null;
    parts.unshift(property);
    at = at.object as Node;
  }
  if (at.type === "ChainExpression") return originOf(at.expression as Node, source);
  if (at.type !== "Identifier") return null;
  const variable = variableOf(at, source);
  if (!variable) {
    const path = [at.name, ...parts];
    if (path.length > 1 && (path[0] === "globalThis" || path[0] === "window")) path.shift();
    return { module: "global", path: path.join(".") };
  }
  const definition = variable.defs[0];
  if (definition?.type !== "ImportBinding") return null;
  const declaration = definition.parent as NodeOf<"ImportDeclaration">;
  const module = String(declaration.source.value).replace(/^node:/, "");
  const path = [...importedName(definition.node as Node), ...parts];
  return { module, path: path.join(".") };
}

/** Name a member is reached by: `a.b` or `a["b"]`. */
export function propertyName(member: NodeOf<"MemberExpression">): string | null {
  if (!member.computed && member.property.type === "Identifier") return member.property.name;
  return member.property.type === "Literal" && typeof member.property.value === "string" ? member.property.value : null;
}

/** Nothing for `import * as x` and `import x`: their members are the exports. */
function importedName(specifier: Node): string[] {
  if (specifier.type !== "ImportSpecifier") return [];
  return [specifier.imported.type === "Identifier" ? specifier.imported.name : String(specifier.imported.value)];
}
