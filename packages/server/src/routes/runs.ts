import {
  type BulkResult,
  type Engine,
  HoldpointError,
  InvalidStateError,
  type Run,
  RunFailedError,
  type RunFilter,
  type RunOptions,
  type TraceContext,
} from "@holdpoint/core";
import { incomingTrace, traceIdOf } from "@holdpoint/telemetry";
import type { Handler, Reply } from "./call.ts";
import { holdBody } from "./hold-body.ts";
import { humanWaitOf } from "./human-wait.ts";
import { refuseOwnWorkflow } from "./own-workflows.ts";
import { attributesOf, runFilterOf } from "./run-filter.ts";
import { given, type Wire, wire } from "./wire.ts";

export const startRun: Handler<"runs.start"> = async ({ engine, actor, body, request, lineOfRun }) => {
  const { workflow, input, startAt, ...options } = body;
  const trace = incomingTrace(request);
  refuseOwnWorkflow(workflow);
  let born = null as { body: Wire<Run>; json: string } | null;
  const run = await engine.run(workflow, input, {
    ...(given(options) as RunOptions),
    ...(startAt === undefined ? {} : { startAt: new Date(startAt) }),
    ...(trace === null ? {} : { trace }),
    ...(lineOfRun === undefined
      ? {}
      : {
          line: (run: Run) => {
            born = bornRun(run);
            return lineOfRun(born.body, born.json);
          },
        }),
    by: actor.by,
  });
  // What was made stands as it was made: nobody has to look.
  const shown = (run.created ? born : null) ?? { body: wire(await run.describe()) };
  const reply = { ...shown, headers: { location: `runs/${encodeURIComponent(run.id)}` } };
  return run.created ? { status: 201, ...reply } : { status: 200, ...reply };
};

/** A run that has just been made, as `wire` shows it: nothing in it but its times has to be looked at. */
function bornRun(run: Run): { body: Wire<Run>; json: string } {
  const createdAt = run.createdAt.toISOString();
  const body: Wire<Run> = {
    ...run,
    createdAt,
    updatedAt: run.updatedAt.getTime() === run.createdAt.getTime() ? createdAt : run.updatedAt.toISOString(),
    finishedAt: null,
    wakeAt: run.wakeAt?.toISOString() ?? null,
  };
  return { body, json: JSON.stringify(body) };
}

export const listRuns: Handler<"runs.list"> = async ({ engine, query, reach }) => {
  const { limit, cursor, attribute, humanWait = false, ...rest } = query;
  const attributes = attribute === undefined ? {} : { attributes: attributesOf(attribute) };
  const page = wire(await engine.runs(runFilterOf({ ...rest, ...attributes }, reach), given({ limit, cursor })));
  if (!humanWait) return { status: 200, body: page };
  const now = Date.now();
  const waits = await Promise.all(page.items.map(({ id }) => humanWaitOf(engine, id, now)));
  const items = page.items.map((run, n) => ({ ...run, humanWaitMs: waits[n] ?? 0 }));
  return { status: 200, body: { ...page, items } };
};

export const showRun: Handler<"runs.show"> = async ({ engine, params, query, server }) => {
  const run = await engine.get(params.run);
  const body = wire(await run.describe());
  if (!query.trace) return { status: 200, body };
  const [opened] = await run.journal({ limit: 1 });
  const { trace = null } = (opened?.measures ?? {}) as { trace?: TraceContext };
  const id = traceIdOf({ namespace: engine.namespace, id: run.id, trace });
  return { status: 200, body: { ...body, trace: { id, url: server.addressOfTrace?.(id) ?? null } } };
};

export const whyRun: Handler<"runs.why"> = async ({ engine, params }) => {
  const { waits, ...why } = await (await engine.get(params.run)).why();
  type Reason = Reply<"runs.why">["body"]["waits"][number];
  const reasons = waits.map((one): Reason => (one.type === "hold" ? { ...one, hold: holdBody(one.hold) } : wire(one)));
  return { status: 200, body: { ...wire(why), waits: reasons } };
};

export const readJournal: Handler<"runs.journal"> = async ({ engine, params, query }) => {
  const { after = 0, limit = 100 } = query;
  const events = await (await engine.get(params.run)).journal({ after, limit: limit + 1 });
  const items = events.slice(0, limit);
  return {
    status: 200,
    body: { items: wire(items), next: events.length > limit ? (items.at(-1)?.seq ?? null) : null },
  };
};

export const verifyRun: Handler<"runs.verification"> = async ({ engine, params }) => ({
  status: 200,
  body: wire(await engine.verify(params.run)),
});

export const exportRun: Handler<"runs.export"> = async ({ engine, params }) => {
  const { items } = await engine.holds({ runId: params.run, status: ["open", "answered"] }, { limit: 1000 });
  const sealed = items.find(({ reviewers }) => reviewers?.stages.some(({ independent }) => independent));
  // Who has the store may read it there; over the API nobody sees what others said before the last has answered.
  if (sealed !== undefined)
    throw new InvalidStateError(
      `"${sealed.title}" is answered independently; the run can be exported once all have answered`,
      { holdId: sealed.id },
    );
  return { status: 200, body: wire(await engine.export(params.run)) as unknown as Reply<"runs.export">["body"] };
};

export const runResult: Handler<"runs.result"> = async ({ engine, params, query, server }) => {
  const run = await engine.get(params.run);
  const facts = ({ id, status, outcome }: Run) => ({ id, status, outcome });
  try {
    const output = await untilClosing(server.closing, run.result({ timeout: Math.round((query.wait ?? 0) * 1000) }));
    return { status: 200, body: { ...facts(await run.describe()), output: wire(output), error: null } };
  } catch (error) {
    if (error instanceof RunFailedError)
      return { status: 200, body: { ...facts(await run.describe()), error: reasonOf(error.cause ?? error) } };
    if (error instanceof InvalidStateError)
      return { status: 202, body: { ...facts(await run.describe()), error: null } };
    throw error;
  }
};

/** A server that shuts down lets nobody wait for it: they ask another one. */
async function untilClosing<T>(closing: AbortSignal, waiting: Promise<T>): Promise<T> {
  const end = Promise.withResolvers<never>();
  const over = (): void => end.reject(new InvalidStateError("this server is shutting down"));
  if (closing.aborted) over();
  closing.addEventListener("abort", over);
  try {
    return await Promise.race([waiting, end.promise]);
  } finally {
    closing.removeEventListener("abort", over);
    waiting.catch(() => {});
  }
}

/** Why a run has no result, without stack or internals. */
function reasonOf(cause: unknown): { code: string | null; name: string; message: string } {
  if (!(cause instanceof Error)) return { code: null, name: "Error", message: String(cause) };
  const code = cause instanceof HoldpointError ? cause.code : null;
  return { code, name: cause.name, message: cause.message };
}

export const signalRun: Handler<"runs.signal"> = async ({ engine, actor, params, body }) => {
  const run = await engine.get(params.run);
  const { name, value, dedupe } = body;
  await run.signal(name, value, { by: actor.by, ...given({ dedupe }) });
  return done;
};

export const cancelRun: Handler<"runs.cancel"> = async ({ engine, actor, params, body }) => {
  const run = await engine.get(params.run);
  await run.cancel(body.reason ?? "cancelled", { by: actor.by, ...given({ force: body.force }) });
  return done;
};

export const pauseRun: Handler<"runs.pause"> = async ({ engine, actor, params }) => {
  await (await engine.get(params.run)).pause(actor);
  return done;
};

export const resumeRun: Handler<"runs.resume"> = async ({ engine, actor, params }) => {
  await (await engine.get(params.run)).resume(actor);
  return done;
};

export const retryRun: Handler<"runs.retry"> = async ({ engine, actor, params }) => {
  await (await engine.get(params.run)).retry(actor);
  return done;
};

export const forkRun: Handler<"runs.fork"> = async ({ engine, actor, params, body }) => {
  const { from, decisions, id } = body;
  const fork = await (await engine.get(params.run)).fork({ from, decisions, by: actor.by, ...given({ id }) });
  const headers = { location: `../${encodeURIComponent(fork.id)}` };
  return { status: 201, body: wire(await fork.describe()), headers };
};

const done = { status: 204, body: null } as const;

export const bulkRuns: Handler<"runs.bulk"> = async ({ engine, actor, body, reach }) => {
  const filter = runFilterOf(body.filter, reach);
  const { by } = actor;
  if (body.action === "cancel")
    return { status: 200, body: await engine.cancelAll(filter, body.reason ?? "cancelled", { by }) };
  if (body.action === "retry") return { status: 200, body: await engine.retryAll(filter, { by }) };
  return { status: 200, body: await bulk(engine, filter, { by, action: body.action }) };
};

/** Statuses a run can be paused in, and resumed in. */
const possible = { pause: ["ready", "running", "parked"], resume: ["paused"] } as const;

/** Collects the runs first: what is done to them changes which ones the filter finds. */
async function bulk(
  engine: Engine,
  filter: RunFilter,
  { by, action }: { by: string; action: "pause" | "resume" },
): Promise<BulkResult> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Engine["runs"]>> = await engine.runs(
      { ...filter, status: filter.status ?? possible[action] },
      { limit: 1000, cursor },
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== null);
  const result: BulkResult = { done: [], refused: [] };
  for (const id of ids) {
    try {
      await (await engine.get(id))[action]({ by });
      result.done.push(id);
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
      result.refused.push({ id, reason: error.message });
    }
  }
  return result;
}
