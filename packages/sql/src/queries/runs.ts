import type { Page, PageOf, RunFilter, RunRow } from "@holdpoint/core";
import { sql } from "kysely";
import { runStatus, statusCode, waitingFor } from "../columns/codes.ts";
import { readRun } from "../columns/run.ts";
import type { Context, Program } from "../operations/program.ts";
import { isAmong } from "./among.ts";
import type { QueryDialect } from "./dialect.ts";
import { cursorOf, generationsOf, pageOf } from "./page.ts";

/** The highest code point there is: no id with the prefix sorts behind prefix + this. */
const last = "\u{10ffff}";

/** Runs that match, newest first. Earlier generations of a run are not listed. */
export function* runs(
  { builder, attributeIs, inTableOrder, toSort, indexed }: QueryDialect,
  { name, namespace }: Context,
  filter: RunFilter,
  page: Page,
): Program<PageOf<RunRow>> {
  // Asked for every few seconds by each worker, and never many: all of them are sorted, instead of all runs looked at.
  const running = filter.status?.length === 1 && filter.status[0] === "running";
  const hasIndex = filter.idPrefix !== undefined || filter.thread !== undefined || running;
  const sorted = running || indexed.runs(filter);
  let query = builder
    .selectFrom("run")
    .leftJoin("worker", "worker.pk", "run.owner")
    .selectAll("run")
    .select("worker.incarnation")
    .where((eb) => (hasIndex ? eb("run.namespace", "=", namespace) : inTableOrder("run", namespace)))
    .where("run.next_pk", "is", null)
    .orderBy(sorted ? toSort("run.pk") : "run.pk", "desc")
    .limit(page.limit + 1);
  if (page.cursor !== null) query = query.where("run.pk", "<", cursorOf(page.cursor));
  if (filter.workflow !== undefined) query = query.where("run.workflow", "=", filter.workflow);
  if (filter.workflows !== undefined) query = query.where(isAmong(sql.ref("run.workflow"), filter.workflows));
  if (filter.version !== undefined) query = query.where("run.version", "=", filter.version);
  // As it stands in the index, which holds no others: a parameter could be any.
  if (running) query = query.where((eb) => eb("run.status", "=", eb.lit(statusCode.running)));
  else if (filter.status !== undefined) {
    const codes = filter.status.map(runStatus.of);
    if (filter.status.includes("ready")) codes.push(statusCode.delayed);
    query = query.where("run.status", "in", codes);
  }
  if (filter.waiting !== undefined) query = query.where("run.waiting", "in", filter.waiting.map(waitingFor.of));
  if (filter.outcome !== undefined) query = query.where("run.outcome", "=", filter.outcome);
  if (filter.queue !== undefined) query = query.where("run.queue", "=", filter.queue);
  if (filter.thread !== undefined) query = query.where("run.thread", "=", filter.thread);
  if (filter.idPrefix !== undefined) {
    query = query.where("run.id", ">=", filter.idPrefix).where("run.id", "<", filter.idPrefix + last);
  }
  if (filter.parentId !== undefined) {
    query = query.where("run.parent_pk", "in", yield* generationsOf(namespace, filter.parentId));
  }
  if (filter.createdAfter !== undefined) query = query.where("run.created_at", ">", filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where("run.created_at", "<", filter.createdBefore);
  if (filter.finishedAfter !== undefined) query = query.where("run.finished_at", ">", filter.finishedAfter);
  if (filter.finishedBefore !== undefined) query = query.where("run.finished_at", "<", filter.finishedBefore);
  for (const [attribute, value] of Object.entries(filter.attributes ?? {})) {
    query = query.where(attributeIs(attribute, value));
  }
  return yield* pageOf(query.compile(), page.limit, (row) => readRun(row, name));
}
