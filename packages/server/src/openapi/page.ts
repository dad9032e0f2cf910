import { createHash } from "node:crypto";
import { type OpenApiDocument, openApiDocument } from "./document.ts";
import { problemCodes } from "./problem-codes.ts";

type Json = Record<string, unknown>;

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .25rem 1rem; }
summary { cursor: pointer; padding: .25rem 0; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: .5rem; padding: .75rem; overflow: auto; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; }
`;

const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
};

/** The API for people: the document's routes by subject, what each takes and gives, and every problem. It runs no script. */
export function docsPage(base: string): Response {
  const document = openApiDocument({ base });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => (operation.tags as string[])[0] ?? ""))];
  const body = [
    "<h1>Holdpoint API</h1>",
    `<p>${html(String(document.info.description))} Version ${html(String(document.info.version))}. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>`,
    "<p>Send a key as <code>Authorization: Bearer hp_…</code>, and bodies as JSON. What went wrong comes as <code>application/problem+json</code> with a <code>code</code>.</p>",
    ...tags.flatMap((tag) => [
      `<h2>${html(tag)}</h2>`,
      ...operations
        .filter(({ operation }) => (operation.tags as string[])[0] === tag)
        .map(({ path, method, operation }) => section(document, method, `${base}${path}`, operation)),
    ]),
    "<h2>Problems</h2>",
    "<table><tr><th>code</th><th>status</th><th>what it means</th></tr>",
    ...problemCodes.map(
      ({ code, status, means }) =>
        `<tr id="problem-${code}"><td><code>${code}</code></td><td>${status}</td><td>${html(means)}</td></tr>`,
    ),
    "</table>",
  ].join("\n");
  const page = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Holdpoint API</title><style>${style}</style></head>\n<body>\n${body}\n</body></html>\n`;
  return new Response(page, { headers });
}

function section(document: OpenApiDocument, method: string, path: string, operation: Json): string {
  const {
    operationId,
    summary,
    description,
    parameters = [],
    requestBody,
    responses,
  } = operation as {
    operationId: string;
    summary: string;
    description: string;
    parameters?: { name: string; in: string; required: boolean; schema: Json }[];
    requestBody?: { content: Record<string, { schema: Json }> };
    responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
  };
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${html(one.name)}</code></td><td>${one.in}${one.required ? ", required" : ""}</td><td>${html(String(one.schema.description ?? ""))} ${kind(one.schema)}</td></tr>`,
  );
  const answers = Object.entries(responses)
    .filter(([status]) => !status.endsWith("XX"))
    .map(([status, answer]) => {
      const schema = Object.values(answer.content ?? {})[0]?.schema;
      return `<p><strong>${status}</strong> ${html(answer.description)}</p>${schema ? shown(document, schema) : ""}`;
    });
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return [
    `<details id="${html(operationId)}"><summary><span class="method">${method.toUpperCase()}</span> <code>${html(path)}</code> ${html(summary)}</summary>`,
    ...description.split("\n\n").map((text) => `<p>${marked(text)}</p>`),
    rows.length > 0 ? `<table>${rows.join("")}</table>` : "",
    body ? `<h4>Body</h4>${shown(document, body)}` : "",
    `<h4>Answer</h4>${answers.join("\n")}`,
    "</details>",
  ].join("\n");
}

/** A schema, and beside a reference the schema it means. */
function shown(document: OpenApiDocument, schema: Json): string {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref ?? ""))?.[1];
  const meant = name === undefined ? schema : { title: name, ...document.components.schemas[name] };
  return `<pre>${html(JSON.stringify(meant, null, 2))}</pre>`;
}

function kind(schema: Json): string {
  const words = Array.isArray(schema.enum) ? schema.enum.join(", ") : String(schema.type ?? "");
  return words === "" ? "" : `<code>${html(words)}</code>`;
}

const html = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Code in backticks. */
const marked = (text: string): string => html(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
