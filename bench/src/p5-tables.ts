import pg from "pg";

export const finished = 1_000_000;
export const parked = 100_000;

/** Fills the tables of an opened store: a million finished runs, and a hundred thousand that wait for a person, oldest first. */
export async function fill(url: string, schema: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`set search_path to "${schema}"; set synchronous_commit to off`);
  const run = (
    from: number,
    to: number,
    status: string,
    waiting: string,
    outcome: string,
    ended: string,
    wake: string,
  ) => `
    insert into run (namespace, id, generation, workflow, version, spec, status, waiting, outcome, queue, priority, key_held,
      ready_at, wake_at, epoch, seq, stalls, seed, salt, head, entry_count, streamed, input_digest, attributes, created_at,
      updated_at, finished_at)
    select 1, 'run-' || i, 1, 'refund-' || i % 7, 1, 1, ${status}, ${waiting}, ${outcome}, 'default', 0, 0, 1750000000000 + i, ${wake}, 1,
      7, 0, 'seed', '\\x00112233445566778899aabbccddeeff', sha256(i::text::bytea), 7, 0, sha256(i::text::bytea),
      '{"customer":"c' || i % 20000 || '","amount":' || i % 500 || ',"vip":' || (i % 50 = 0)::text || '}',
      1750000000000 + i, 1750000000000 + i, ${ended}
    from generate_series(${from}, ${to}) as i`;
  // The waiting ones first: a list of the newest has to pass a million others to get to them.
  await client.query(
    `insert into namespace (pk, name) overriding system value values (1, 'default') on conflict do nothing`,
  );
  await client.query(run(1, parked, "3", "1", "null", "null", "case when i % 10 = 0 then 4102444800000 + i end"));
  await client.query(
    run(
      parked + 1,
      parked + finished,
      "case when i % 100 = 0 then 7 else 6 end",
      "null",
      "'success'",
      "1750000000000 + i",
      "null",
    ),
  );
  await client.query(`
    insert into journal (run_pk, seq, key, phase, kind, started_at, duration, attempt, mail_seen, hash)
    select pk, 1, 'run', 'o', 0, created_at, 0, 1, 0, head from run`);
  await client.query(`
    insert into inbox (run_pk, n, kind, key, at) select pk, 2, 0, 'hold:approve#1', created_at from run where pk % 5 = 0`);
  await client.query(`insert into document (hash, bytes) values ('\\x01', '{}')`);
  await client.query(`
    insert into hold (namespace, id, run_pk, key, name, origin, status, title, severity, form, request_codec, request_bytes,
      request_ref, evidence_hash, action_hash, next_at, revision, opened_at)
    select 1, 'hold-' || pk, pk, 'hold:approve#1', 'approve', 0, case when status = 3 then 0 else 2 end, 'Refund?', pk % 4, 1,
      'j', '{}', 0, '\\x01', '\\x01', case when status = 3 and pk % 3 = 0 then 4102444800000 + pk end, 0, created_at
    from run where status = 3 or pk % 5 = 0`);
  await client.query("vacuum analyze");
  await client.end();
}
