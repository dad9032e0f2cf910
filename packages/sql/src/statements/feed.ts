const selectChange = `
  select feed.pk, feed.namespace, feed.what, feed.at, run.id as run_id, run.generation, run.workflow, run.attributes,
    hold.id as hold_id, hold.key as hold_key, hold.name as hold_name, hold.severity
  from feed left join run on run.pk = feed.run_pk left join hold on hold.pk = feed.hold_pk`;

export const feedStatements = {
  insertChange: "insert into feed (namespace, run_pk, hold_pk, what, at) values (?, ?, ?, ?, ?)",
  oldestChange: "select min(pk) as pk from feed",
  newestChange: "select max(pk) as pk from feed",
  changeNumbersAfter: "select pk from feed where pk > ? order by pk",
  changesBetween: `${selectChange} where feed.pk between ? and ? order by feed.pk`,
  changesAfter: `${selectChange} where feed.pk > ? order by feed.pk limit ? + 0`,
  trimFeed: "delete from feed where pk <= ?",
} as const;
