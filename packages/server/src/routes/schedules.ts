import type { Schedule, ScheduleDefinition } from "@holdpoint/core";
import { within } from "../access/reach.ts";
import { RequestError } from "../http/errors.ts";
import { ifMatch, StaleError, tagOf } from "../http/etag.ts";
import type { Handler, Reply } from "./call.ts";
import { refuseOwnWorkflow } from "./own-workflows.ts";
import { given, wire } from "./wire.ts";

/** What two people may edit at once; that it fired meanwhile changes nothing of it. */
function scheduleTag(schedule: Schedule): string {
  const { workflow, when, input, dueAs, misfire, atMost, grace, overlap, run, createdAt } = schedule;
  return tagOf(wire({ workflow, when, input, dueAs, misfire, atMost, grace, overlap, run, createdAt }));
}

/** A schedule as it goes over the wire. */
export function scheduleBody(schedule: Schedule): Reply<"schedules.show">["body"] {
  return { ...wire(schedule), run: wire(schedule.run) as Record<string, unknown>, etag: `"${scheduleTag(schedule)}"` };
}

const shown = (schedule: Schedule) => ({
  status: 200 as const,
  body: scheduleBody(schedule),
  headers: { etag: `"${scheduleTag(schedule)}"` },
});

export const listSchedules: Handler<"schedules.list"> = async ({ engine, query, reach }) => {
  const { event, limit, cursor } = query;
  const found = await engine.schedules.list(given({ event, workflows: within(reach) }), given({ limit, cursor }));
  return { status: 200, body: { items: found.items.map(scheduleBody), cursor: found.cursor } };
};

export const showSchedule: Handler<"schedules.show"> = async ({ engine, params }) =>
  shown(await engine.schedules.get(params.schedule));

export const putSchedule: Handler<"schedules.put"> = async ({ engine, actor, params, body, request }) => {
  refuseOwnWorkflow(body.workflow);
  const tag = ifMatch(request);
  const check = (current: Schedule): void => {
    if (tag === null)
      throw new RequestError(
        428,
        "PRECONDITION_REQUIRED",
        `schedule "${current.id}" exists with another definition: send its ETag as If-Match to replace it`,
      );
    if (tag !== scheduleTag(current)) throw new StaleError(`schedule "${current.id}"`);
  };
  const { when, ...rest } = body;
  const trigger =
    "every" in when
      ? { every: when.every, ...(when.from === undefined ? {} : { from: new Date(when.from) }) }
      : given(when);
  const definition = { id: params.schedule, when: trigger, ...given(rest) } as ScheduleDefinition;
  return shown(await engine.schedules.create(definition, { by: actor.by, replace: true, check }));
};

export const removeSchedule: Handler<"schedules.remove"> = async ({ engine, params }) => {
  await engine.schedules.remove(params.schedule);
  return { status: 204, body: null };
};

export const scheduleHistory: Handler<"schedules.history"> = async ({ engine, params, query }) => ({
  status: 200,
  body: wire(await engine.schedules.history(params.schedule, given(query))),
});

export const upcomingTimes: Handler<"schedules.upcoming"> = async ({ engine, params, query }) => ({
  status: 200,
  body: { items: wire(await engine.schedules.upcoming(params.schedule, query.count ?? 5)) },
});

export const pauseSchedule: Handler<"schedules.pause"> = async ({ engine, actor, params, body }) =>
  shown(await engine.schedules.pause(params.schedule, { by: actor.by, ...given(body) }));

export const resumeSchedule: Handler<"schedules.resume"> = async ({ engine, actor, params }) =>
  shown(await engine.schedules.resume(params.schedule, { by: actor.by }));

export const runSchedule: Handler<"schedules.run"> = async ({ engine, actor, params, body }) => ({
  status: 201,
  body: await engine.schedules.runNow(params.schedule, { by: actor.by, ...given(body) }),
});

export const backfillSchedule: Handler<"schedules.backfill"> = async ({ engine, actor, params, body }) => {
  const { from, to, overlap } = body;
  const range = { from: new Date(from), to: new Date(to), by: actor.by, ...given({ overlap }) };
  return { status: 200, body: await engine.schedules.backfill(params.schedule, range) };
};

export const emitEvent: Handler<"events.emit"> = async ({ engine, actor, body }) => {
  const items = await engine.emit(body.event, body.data, { by: actor.by, ...given({ id: body.id }) });
  return { status: 200, body: { items } };
};
