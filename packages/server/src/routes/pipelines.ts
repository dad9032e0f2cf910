import type { Engine } from "@holdpoint/core";
import {
  type DryAnswer,
  type DryStep,
  FlowDefinitionError,
  type LibraryPipeline,
  type PipelineLibrary,
  pipelineTemplates,
} from "@holdpoint/flow";
import { reaches, reachOf } from "../access/reach.ts";
import { ForbiddenError, RequestError } from "../http/errors.ts";
import { ifMatch, StaleError, tagOf } from "../http/etag.ts";
import type { Server } from "../server.ts";
import type { Handler, Reply } from "./call.ts";
import { holdBody } from "./hold-body.ts";
import { holdPreview } from "./hold-preview.ts";
import { wire } from "./wire.ts";

type Shown = Reply<"pipelines.show">["body"];

function libraryOf(server: Server, engine: Engine): PipelineLibrary {
  const library = server.pipelinesOf(engine);
  if (library) return library;
  throw new RequestError(
    404,
    "NOT_FOUND",
    "this server keeps no pipelines: give it a library as its option `pipelines`",
  );
}

/** Of this content as this version: what is put back after a change is not what was read before it. */
const pipelineTag = ({ name, version, hash }: LibraryPipeline): string => tagOf([name, version, hash]);

function summaryOf({ name, version, versions, hash, document, by, at, problems }: LibraryPipeline) {
  return {
    ...{ name, version, versions: [...versions], hash: hash ?? "", by, at: new Date(at).toISOString() },
    title: document?.name ?? name,
    problems: problems.map(({ path, message }) => ({ path, message })),
  };
}

/** A pipeline as it goes over the wire. */
export const pipelineBody = (pipeline: LibraryPipeline): Shown => ({
  ...summaryOf(pipeline),
  document: (pipeline.document ?? {}) as unknown as Record<string, unknown>,
  etag: `"${pipelineTag(pipeline)}"`,
});

const tagged = (pipeline: LibraryPipeline) => ({
  body: pipelineBody(pipeline),
  headers: { etag: `"${pipelineTag(pipeline)}"` },
});

/** The version a caller builds on, from what they send as `If-Match`; null where they do not say, and there is one. */
async function readVersion(library: PipelineLibrary, name: string, request: Request): Promise<number | null> {
  const tag = ifMatch(request);
  const version = await library.newest(name);
  const current = (await library.list()).find((one) => one.name === name);
  if (tag === null) return current ? null : version;
  if (!current || pipelineTag(current) !== tag) throw new StaleError(`pipeline "${name}"`);
  return current.version;
}

export const listPipelines: Handler<"pipelines.list"> = async ({ engine, server, reach }) => {
  const mine = (await libraryOf(server, engine).list()).filter(({ name }) => reaches(reach, name));
  return { status: 200, body: { items: mine.map(summaryOf), cursor: null } };
};

export const checkPipelineDocument: Handler<"pipelines.check"> = async ({ engine, server, body }) => {
  const { problems, warnings } = await libraryOf(server, engine).check(body.document);
  return { status: 200, body: { valid: problems.length === 0, problems: [...problems], warnings: [...warnings] } };
};

/** At most so long in ms, and never as long as a request may take. */
const dryRunMs = 20_000;

export const dryRunDocument: Handler<"pipelines.dryRun"> = async ({ engine, server, principal, body }) => {
  const library = libraryOf(server, engine);
  const { document, input = {}, steps = {}, answers = {}, at } = body;
  const executes = Object.values(steps).some(({ use }) => use === "code");
  if (executes && reachOf(principal, "runs:start") !== "all") throw new ForbiddenError("runs:start");
  const report = await server.dryRuns.during(() =>
    refusedAsDocument(
      library.dryRun(document, {
        ...{ input, steps: steps as Record<string, DryStep>, answers: answers as Record<string, DryAnswer[]> },
        ...(at !== undefined && { at: new Date(at) }),
        limits: { timeMs: Math.min(dryRunMs, server.timeMs * 0.8) },
      }),
    ),
  );
  const holds = report.holds.map((hold) => {
    const { name, title, severity, context, form, people, dueAt } = holdBody(hold);
    return { name, title, severity, context, form, people, dueAt, step: hold.step, preview: holdPreview(hold) };
  });
  const { visits, ways, warnings, ...rest } = report;
  return {
    status: 200,
    body: { ...wire(rest), holds, visits: visits.map(wire), ways: [...ways], warnings: [...warnings] },
  };
};

/** Does what takes a document; what is wrong with it is told with its place in the request. */
async function refusedAsDocument<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FlowDefinitionError)) throw error;
    const issues = error.problems.map(({ path, message }) => ({
      path: path ? `document.${path}` : "document",
      message,
    }));
    throw new RequestError(422, "VALIDATION", error.message.slice(0, 2000), { issues });
  }
}

export const pipelinePalette: Handler<"pipelines.palette"> = async ({ engine, server }) => {
  const { steps, functions } = libraryOf(server, engine).code();
  const templates = (await pipelineTemplates()).map(({ name, document }) => ({
    name,
    title: document.name,
    description: document.description ?? "",
    document: document as unknown as Record<string, unknown>,
  }));
  return { status: 200, body: { steps: [...steps], functions: [...functions], templates } };
};

export const showPipeline: Handler<"pipelines.show"> = async ({ engine, server, params, query }) => ({
  status: 200,
  ...tagged(await libraryOf(server, engine).get(params.pipeline, query.version)),
});

export const putPipeline: Handler<"pipelines.put"> = async ({ engine, server, actor, params, body, request }) => {
  const library = libraryOf(server, engine);
  const name = params.pipeline;
  const version = await readVersion(library, name, request);
  if (version === null) {
    const same = await library.same(name, body.document);
    if (same) return { status: 200, ...tagged(same) };
    throw new RequestError(
      428,
      "PRECONDITION_REQUIRED",
      `pipeline "${name}" exists with another content: send its ETag as If-Match to replace it`,
    );
  }
  const put = await refusedAsDocument(library.put(body.document, { name, by: actor.by, expected: version }));
  return put.version === 1 ? { status: 201, ...tagged(put) } : { status: 200, ...tagged(put) };
};

export const removePipeline: Handler<"pipelines.remove"> = async ({ engine, server, actor, params, request }) => {
  const library = libraryOf(server, engine);
  await library.get(params.pipeline);
  const version = await readVersion(library, params.pipeline, request);
  await library.remove(params.pipeline, { by: actor.by, ...(version !== null && { expected: version }) });
  return { status: 204, body: null };
};
