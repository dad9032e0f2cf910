import { parseTemplate, type Reference } from "./parse.ts";

/** Where a text of a document stands: decides what names in it lead to. */
export interface NameScope {
  /** Every step of the document. */
  readonly steps: ReadonlySet<string>;
  /** The step that a path starts at: what `result` means in its condition. */
  readonly from?: string | undefined;
  /** Is told of the old spelling with single braces. */
  readonly deprecated?: ((text: string, better: string) => void) | undefined;
}

const roots: ReadonlySet<string> = new Set(["parameters", "steps", "pipeline_input", "step_results", "pipeline_data"]);

/**
 * Where a name of a document is in the data: every spelling of it gives one path.
 *
 * @example
 * dataPath("steps.load.output.total", scope); // "load.total"
 * dataPath("result.approved", { steps, from: "review" }); // "review.approved"
 */
export function dataPath(name: string, scope: NameScope): string {
  const parts = name.split(".");
  const [root, step, third] = parts;
  if (scope.steps.has(root as string)) return name;
  if (root === "steps" && step !== undefined) return [step, ...parts.slice(third === "output" ? 3 : 2)].join(".");
  if (root === "step_results" && step !== undefined) {
    return [step, ...parts.slice(third === "result" || third === "output" ? 3 : 2)].join(".");
  }
  if (root === "pipeline_data" && step !== undefined) return parts.slice(1).join(".");
  if (root === "result" && scope.from !== undefined) return [scope.from, ...parts.slice(1)].join(".");
  return name;
}

/**
 * A text of a document with every reference spelled one way: `{steps.a.output.x}|{steps.b.output.x}` is `{{ a.x | b.x }}`.
 * Single braces around anything else are text.
 *
 * @throws TemplateSyntaxError what stands between double braces is no reference
 */
export function normalTemplate(text: string, scope: NameScope): string {
  const doubled = doubleBraces(text, scope);
  if (!doubled.includes("{{")) return doubled;
  return parseTemplate(doubled)
    .map((piece) => (typeof piece === "string" ? piece.replaceAll("{{", "\\{{") : written(piece, scope)))
    .join("");
}

/** The paths a text is about, if it is one reference and nothing else. */
export function wholeReference(text: string, scope: NameScope): Reference | null {
  const normal = normalTemplate(text, scope);
  if (!normal.startsWith("{{")) return null;
  const pieces = parseTemplate(normal);
  const [only] = pieces;
  return pieces.length === 1 && typeof only === "object" ? only : null;
}

const group = String.raw`\{\{?\s*[^{}]+?\s*\}?\}`;
const alternatives = new RegExp(String.raw`^\s*${group}(?:\s*\|\s*${group})+\s*$`);
const single = /(?<![\\{])\{\s*([^{}]+?)\s*\}(?!\})/g;

function doubleBraces(text: string, scope: NameScope): string {
  if (!text.includes("{")) return text;
  let result = text.replace(single, (whole, inside: string) =>
    isReference(inside, scope) ? `{{ ${inside} }}` : whole,
  );
  if (result !== text) scope.deprecated?.(text, result);
  if (alternatives.test(result)) {
    result = `{{ ${[...result.matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)].map(([, inside]) => inside).join(" | ")} }}`;
  }
  return result;
}

/** Whether what stands between single braces begins like a reference of a document. */
function isReference(inside: string, { steps }: NameScope): boolean {
  return inside.split("|").every((one) => {
    const name = one.trim();
    const root = name.split(".", 1)[0] as string;
    return /^[\w.-]+$/.test(name) && (roots.has(root) || (steps.has(root) && name.includes(".")));
  });
}

function written({ sources, optional }: Reference, scope: NameScope): string {
  const each = sources.map((source) =>
    "path" in source ? dataPath(source.path, scope) : JSON.stringify(source.value),
  );
  return `{{ ${each.join(" | ")}${optional ? "?" : ""} }}`;
}
