import { Problem, paths, type RouteDefinition, type RouteName, routes } from "@holdpoint/client/contract";
import { z } from "zod";
import { version } from "../version.ts";

type Json = Record<string, unknown>;

/** The description of the API, OpenAPI 3.1. */
export interface OpenApiDocument extends Json {
  openapi: string;
  info: Json;
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
}

/** Where the API is, and whether answers are described as having nothing but what is listed (for tests; clients must take more). */
export interface DocumentOptions {
  base?: string;
  strict?: boolean;
}

/** The OpenAPI document, made from the very schemas that validate. */
export function openApiDocument({ base = "", strict = false }: DocumentOptions = {}): OpenApiDocument {
  const schemas: Record<string, Json> = {};
  const schemaOf = (schema: z.ZodType, io: "input" | "output"): Json => named(schema, io, strict, schemas);
  const all: Record<string, Record<string, Json>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const [method = "", path = ""] = paths[name].split(" ");
    all[path] = { ...all[path], [method.toLowerCase()]: operation(name, routes[name], schemaOf) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Holdpoint",
      version,
      description: "Durable workflows for AI work with people in the loop.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: base === "" ? "/" : base }],
    security: [{ apiKey: [] }],
    paths: all,
    components: {
      schemas,
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key: `Authorization: Bearer hp_…`" },
      },
    },
  };
}

function operation(
  name: RouteName,
  route: RouteDefinition,
  schemaOf: (schema: z.ZodType, io: "input" | "output") => Json,
): Json {
  const { tag, summary, description, permission, params, query, body, success, etag, stream, text, file = [] } = route;
  const parameters = [
    ...fieldsOf(params).map(([field, schema]) => ({
      name: field,
      in: "path",
      required: true,
      schema: schemaOf(schema, "input"),
    })),
    ...fieldsOf(query).map(([field, schema]) => ({
      name: field,
      in: "query",
      required: !schema.isOptional(),
      schema: schemaOf(schema, "input"),
    })),
    ...(etag === "takes" ? [{ name: "If-Match", in: "header", required: false, schema: { type: "string" } }] : []),
    ...(stream ? [{ name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } }] : []),
  ];
  const problem = { "application/problem+json": { schema: schemaOf(Problem, "output") } };
  const responses = Object.entries(success).map(([status, schema]) => [
    status,
    {
      description: described[Number(status)] ?? "Done",
      ...(etag && schema ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
      ...(stream ? { content: { "text/event-stream": { schema: { type: "string" } } } } : {}),
      ...(file.length > 0
        ? { content: Object.fromEntries(file.map((type) => [type, { schema: { type: "string" } }])) }
        : {}),
      ...(schema ? { content: { [text ?? "application/json"]: { schema: schemaOf(schema, "output") } } } : {}),
    },
  ]);
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: [description, permissionText(permission)].filter(Boolean).join("\n\n"),
    "x-permission": permission,
    ...(permission === "public" ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { "application/json": { schema: schemaOf(body, "input") } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(responses),
      ...(stream ? { 204: { description: "It has ended, and the reader has seen everything" } } : {}),
      "4XX": { description: "Refused: `code` says why", content: problem },
      "5XX": { description: "A fault here, or not available now", content: problem },
    },
  };
}

const described: Readonly<Record<number, string>> = { 200: "Done", 201: "Created", 202: "Not yet", 204: "Done" };

function permissionText(permission: string): string {
  if (permission === "public") return "Open to everybody.";
  return permission === "signed-in" ? "For everybody who is signed in." : `Permission: \`${permission}\`.`;
}

const fieldsOf = (schema: z.ZodObject | undefined): [string, z.ZodType][] =>
  Object.entries(schema?.shape ?? {}) as [string, z.ZodType][];

/** A schema's JSON Schema; those with names become components, and are referred to. */
function named(schema: z.ZodType, io: "input" | "output", strict: boolean, components: Record<string, Json>): Json {
  const made = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      // A client must not break because an answer says more one day.
      if (io === "output" && !strict) delete jsonSchema.additionalProperties;
    },
  }) as Json & { $defs?: Record<string, Json> };
  const { $defs = {}, $schema: _schema, ...top } = made;
  for (const [id, definition] of Object.entries($defs)) components[id] = hoisted(withoutId(definition));
  const { id, ...rest } = top;
  if (typeof id !== "string") return hoisted(top);
  components[id] = hoisted(rest);
  return { $ref: `#/components/schemas/${id}` };
}

const withoutId = ({ id: _id, ...rest }: Json): Json => rest;

/** References to what is a component now. */
function hoisted(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
