import type { RouteName } from "@holdpoint/client/contract";
import { type Engine, NotFoundError, RunConflictError } from "@holdpoint/core";
import { ForbiddenError, RequestError } from "../http/errors.ts";
import type { Principal } from "./principal.ts";
import { isNowhere, type Reach, reaches, reachOf } from "./reach.ts";
import type { Permission } from "./roles.ts";

/** A request of somebody whose roles are limited to some workflows, as far as that matters. */
interface Asked {
  name: RouteName;
  permission: Permission;
  principal: Principal;
  engine: Engine;
  params: Readonly<Record<string, unknown>>;
  body: unknown;
  /** For which workflows they may do it. */
  reach: Reach;
}

/** Routes that look at no single thing, whose handlers leave out what is not within reach. */
const filtered: readonly RouteName[] = [
  "workflows.list",
  "pipelines.list",
  "runs.list",
  "events.follow",
  "runs.bulk",
  "holds.list",
  "holds.counts",
  "holds.lessons",
  "holds.decideMany",
  "schedules.list",
];

/** Routes about people, who are of no workflow: reading them, and handing over a right, which the handler bounds. */
const ofPeople: readonly RouteName[] = [
  "people.list",
  "people.show",
  "groups.list",
  "groups.show",
  "substitutions.list",
  "substitutions.show",
  "me.addSubstitution",
];

/** What shows that something is there, by what it is. */
const reading = {
  run: "runs:read",
  hold: "holds:read",
  schedule: "schedules:read",
  pipeline: "workflows:read",
  workflow: "workflows:read",
} as const;
type Kind = keyof typeof reading;

/**
 * Lets a request through, or throws. What is of a workflow that somebody may not even read is not there for them: 404, in the words of what does not exist.
 *
 * @returns for which workflows they may do it: what a list must be narrowed to
 * @throws ForbiddenError, NotFoundError
 */
export async function authorize(asked: Asked): Promise<Reach> {
  const { name, permission, params, body, reach } = asked;
  if (isNowhere(reach)) throw new ForbiddenError(permission);
  if (reach === "all") return reach;
  if (ofPeople.includes(name)) return reach;
  const kinds = (["run", "hold", "schedule", "pipeline", "workflow"] as const).filter((kind) => kind in params);
  const wanted = (body as { workflow?: unknown } | null)?.workflow;
  // A route that nobody has thought of here is for those whose roles are not limited.
  if (kinds.length === 0 && wanted === undefined && !filtered.includes(name)) throw new ForbiddenError(permission);
  for (const kind of kinds) await checkThing(asked, kind, String(params[kind]), reach);
  if (typeof wanted === "string") check(asked, "workflow", wanted, wanted, reach);
  await checkNewId(asked);
  return reach;
}

async function checkThing(asked: Asked, kind: Kind, id: string, reach: Reach): Promise<void> {
  if (kind === "schedule" && asked.name === "schedules.put") return checkReplaced(asked, id, reach);
  check(asked, kind, id, await workflowOf(asked.engine, kind, id), reach);
}

async function workflowOf(engine: Engine, kind: Kind, id: string): Promise<string> {
  if (kind === "run") return (await (await engine.get(id)).describe()).workflow;
  if (kind === "hold") return (await engine.hold(id)).workflow;
  return kind === "schedule" ? (await engine.schedules.get(id)).workflow : id;
}

function check({ principal, permission }: Asked, kind: Kind, id: string, workflow: string, reach: Reach): void {
  if (reaches(reach, workflow)) return;
  if (reaches(reachOf(principal, reading[kind]), workflow)) throw new ForbiddenError(permission);
  throw new NotFoundError(kind, id, kind === "workflow" ? "list them with GET /api/v1/workflows" : undefined);
}

/** Whose id is taken by what they may not see learns that it is taken, and nothing else. */
async function checkReplaced(asked: Asked, id: string, reach: Reach): Promise<void> {
  const workflow = await unlessAbsent(workflowOf(asked.engine, "schedule", id));
  if (workflow === null || reaches(reach, workflow)) return;
  if (reaches(reachOf(asked.principal, "schedules:read"), workflow)) throw new ForbiddenError(asked.permission);
  throw new RequestError(409, "INVALID_STATE", `the schedule id "${id}" is taken; choose another`);
}

/** The id of a run that is to be made may be that of one they may not see. */
async function checkNewId({ name, engine, principal, body }: Asked): Promise<void> {
  const { id } = (body ?? {}) as { id?: unknown };
  if (typeof id !== "string" || !["runs.start", "runs.fork", "schedules.run"].includes(name)) return;
  const workflow = await unlessAbsent(workflowOf(engine, "run", id));
  if (workflow !== null && !reaches(reachOf(principal, "runs:read"), workflow))
    throw new RunConflictError(id, "is taken; choose another");
}

async function unlessAbsent<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
