import { holdCode } from "../columns/codes.ts";

/** Run trees that have finished in a time: the condition of the index that retention has. */
const finishedWithin = `
    where namespace = ? and finished_at is not null and next_pk is null and (parent_pk is null or parent_close = 1)
      and finished_at >= ? and finished_at < ?`;
const closedWithin =
  "where hold.namespace = ? and hold.closed_at is not null and hold.closed_at >= ? and hold.closed_at < ?";

/** What figures are made from: times and words, never content. Counts are of an index alone. */
export const timesStatements = {
  finishedCount: `select count(*) as n from run ${finishedWithin}`,
  finishedTimes: `
    select workflow, status, created_at, finished_at,
      (select cast(coalesce(sum(hold.closed_at - hold.opened_at), 0) as bigint) from hold
        where hold.run_pk = run.pk and hold.closed_at is not null) as waited
    from run ${finishedWithin} order by finished_at desc limit ? + 0`,
  closedCount: `select count(*) as n from hold ${closedWithin}`,
  closedTimes: `
    select coalesce(hold.workflow, run.workflow) as workflow, hold.severity, hold.status, hold.opened_at, hold.closed_at
    from hold left join run on run.pk = hold.run_pk ${closedWithin} order by hold.closed_at desc limit ? + 0`,
  openTimes: `
    select run.workflow, hold.severity, hold.status, hold.opened_at, hold.closed_at
    from hold join run on run.pk = hold.run_pk
    where hold.namespace = ? and hold.status = ${holdCode.open} limit ? + 0`,
} as const;
