/** Every route: its name, and where it is. The one list that the server, the document and the client are made from. */
export const paths = {
  "workflows.list": "GET /api/v1/workflows",
  "workflows.show": "GET /api/v1/workflows/{workflow}",
  "workflows.graph": "GET /api/v1/workflows/{workflow}/graph",

  "pipelines.list": "GET /api/v1/pipelines",
  "pipelines.check": "POST /api/v1/pipelines/check",
  "pipelines.show": "GET /api/v1/pipelines/{pipeline}",
  "pipelines.put": "PUT /api/v1/pipelines/{pipeline}",
  "pipelines.remove": "DELETE /api/v1/pipelines/{pipeline}",

  "runs.start": "POST /api/v1/runs",
  "runs.list": "GET /api/v1/runs",
  "runs.bulk": "POST /api/v1/runs/bulk",
  "runs.show": "GET /api/v1/runs/{run}",
  "runs.why": "GET /api/v1/runs/{run}/why",
  "runs.journal": "GET /api/v1/runs/{run}/journal",
  "runs.events": "GET /api/v1/runs/{run}/events",
  "runs.result": "GET /api/v1/runs/{run}/result",
  "runs.signal": "POST /api/v1/runs/{run}/signals",
  "runs.cancel": "POST /api/v1/runs/{run}/cancel",
  "runs.pause": "POST /api/v1/runs/{run}/pause",
  "runs.resume": "POST /api/v1/runs/{run}/resume",
  "runs.retry": "POST /api/v1/runs/{run}/retry",
  "runs.fork": "POST /api/v1/runs/{run}/forks",

  "holds.list": "GET /api/v1/holds",
  "holds.decideMany": "POST /api/v1/holds/decisions",
  "holds.show": "GET /api/v1/holds/{hold}",
  "holds.trail": "GET /api/v1/holds/{hold}/trail",
  "holds.similar": "GET /api/v1/holds/{hold}/similar",
  "holds.decide": "POST /api/v1/holds/{hold}/decision",
  "holds.abstain": "POST /api/v1/holds/{hold}/abstention",
  "holds.claim": "POST /api/v1/holds/{hold}/claim",
  "holds.release": "POST /api/v1/holds/{hold}/release",
  "holds.assign": "POST /api/v1/holds/{hold}/assignee",
  "holds.delegate": "POST /api/v1/holds/{hold}/delegate",
  "holds.ask": "POST /api/v1/holds/{hold}/questions",
  "holds.answer": "POST /api/v1/holds/{hold}/questions/{question}/answer",
  "holds.comment": "POST /api/v1/holds/{hold}/comments",

  "schedules.list": "GET /api/v1/schedules",
  "schedules.show": "GET /api/v1/schedules/{schedule}",
  "schedules.put": "PUT /api/v1/schedules/{schedule}",
  "schedules.remove": "DELETE /api/v1/schedules/{schedule}",
  "schedules.history": "GET /api/v1/schedules/{schedule}/history",
  "schedules.upcoming": "GET /api/v1/schedules/{schedule}/upcoming",
  "schedules.pause": "POST /api/v1/schedules/{schedule}/pause",
  "schedules.resume": "POST /api/v1/schedules/{schedule}/resume",
  "schedules.run": "POST /api/v1/schedules/{schedule}/runs",
  "schedules.backfill": "POST /api/v1/schedules/{schedule}/backfill",

  "events.follow": "GET /api/v1/events",
  "events.emit": "POST /api/v1/events",

  "keys.list": "GET /api/v1/keys",
  "keys.create": "POST /api/v1/keys",
  "keys.rotate": "POST /api/v1/keys/{key}/rotation",
  "keys.revoke": "DELETE /api/v1/keys/{key}",

  "audit.list": "GET /api/v1/audit",
  "audit.verify": "GET /api/v1/audit/verification",

  "system.me": "GET /api/v1/me",
  "system.version": "GET /api/v1/version",
  "system.live": "GET /healthz",
  "system.ready": "GET /readyz",
} as const;

/** The name of a route. */
export type RouteName = keyof typeof paths;
