import type { HoldFilter, HoldRow, Page, PageOf } from "@holdpoint/core";
import { holdStatus, originCode, severityCode } from "../columns/codes.ts";
import { readHold } from "../columns/hold.ts";
import type { Context, Program } from "../operations/program.ts";
import { isAmong } from "./among.ts";
import type { QueryDialect } from "./dialect.ts";
import { dueAt, dueBehind, dueCursorOf } from "./due-order.ts";
import { cursorOf, generationsOf, pageOf } from "./page.ts";

/** Holds that match, newest first, or what is due first. A hold whose run retention has removed carries its run's names itself. */
export function* holds(
  { builder, inTableOrder, toSort, indexed, openHold }: QueryDialect,
  { namespace }: Context,
  filter: HoldFilter,
  page: Page,
): Program<PageOf<HoldRow>> {
  const openOnly = filter.status?.length === 1 && filter.status[0] === "open";
  let query = builder
    .selectFrom("hold")
    .leftJoin("run", "run.pk", "hold.run_pk")
    .leftJoin("document", "document.pk", "hold.form")
    .selectAll("hold")
    .select((eb) => [
      eb.fn.coalesce("hold.run_id", "run.id").as("run_id"),
      eb.fn.coalesce("hold.workflow", "run.workflow").as("workflow"),
      "document.bytes as form",
    ])
    .where((eb) =>
      openOnly && filter.runId === undefined ? eb("hold.namespace", "=", namespace) : inTableOrder("hold", namespace),
    )
    .limit(page.limit + 1);
  if (filter.order === "due") {
    query = query.orderBy(dueAt).orderBy("hold.severity", "desc").orderBy("hold.pk");
    if (page.cursor !== null) query = query.where(dueBehind(page.cursor));
  } else {
    query = query.orderBy(openOnly && indexed.openHolds ? toSort("hold.pk") : "hold.pk", "desc");
    if (page.cursor !== null) query = query.where("hold.pk", "<", cursorOf(page.cursor));
  }
  // The open ones have an index of their own, which the planner recognises by the literal.
  if (openOnly) query = query.where((eb) => eb("hold.status", "=", eb.lit(holdStatus.of("open"))));
  else if (filter.status !== undefined) query = query.where("hold.status", "in", filter.status.map(holdStatus.of));
  if (openOnly && openHold !== undefined) query = query.where(openHold);
  if (filter.runId !== undefined) {
    const { runId } = filter;
    const generations = yield* generationsOf(namespace, runId);
    query = query.where((eb) =>
      eb.or([
        eb("hold.run_pk", "in", generations),
        // Kept from a run that retention has removed.
        eb.and([eb("hold.namespace", "=", namespace), eb("hold.run_id", "=", runId)]),
      ]),
    );
  }
  // The run of an open one is there, and the planner knows how many are of its workflow.
  if (filter.workflow !== undefined && openOnly) query = query.where("run.workflow", "=", filter.workflow);
  else if (filter.workflow !== undefined) {
    query = query.where((eb) => eb(eb.fn.coalesce("hold.workflow", "run.workflow"), "=", filter.workflow ?? ""));
  }
  if (filter.workflows !== undefined) {
    const { workflows } = filter;
    query = query.where((eb) =>
      isAmong(openOnly ? eb.ref("run.workflow") : eb.fn.coalesce("hold.workflow", "run.workflow"), workflows),
    );
  }
  if (filter.name !== undefined) query = query.where("hold.name", "=", filter.name);
  if (filter.severity !== undefined) query = query.where("hold.severity", "in", filter.severity.map(severityCode.of));
  if (filter.origin !== undefined) query = query.where("hold.origin", "=", originCode.of(filter.origin));
  if (filter.dueBefore !== undefined) query = query.where("hold.next_at", "<", filter.dueBefore);
  return yield* pageOf(query.compile(), page.limit, readHold, filter.order === "due" ? dueCursorOf : undefined);
}
