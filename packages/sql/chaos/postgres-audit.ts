import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { columnTypes } from "../src/driver/postgres.ts";
import type { Audit, Row } from "./audit.ts";

/** The eyes inside a PostgreSQL database. */
export class PostgresAudit implements Audit {
  readonly #pool: pg.Pool;
  readonly #schema: string;

  constructor(url: string, schema: string) {
    this.#schema = schema;
    this.#pool = new pg.Pool({ connectionString: `${url}?application_name=audit`, max: 3, types: columnTypes });
    this.#pool.on("error", () => undefined);
  }

  table(name: string): string {
    return `"${this.#schema}".${name}`;
  }

  async ask(sql: string, values: unknown[] = []): Promise<Row[]> {
    for (;;) {
      try {
        return (await this.#pool.query<Row>(sql, values)).rows;
      } catch (error) {
        const lost = !(error instanceof pg.DatabaseError) || /^(57P|08|53)/.test(error.code ?? "");
        if (!lost) throw error;
        await delay(100);
      }
    }
  }

  async number(sql: string): Promise<number> {
    return Number(Object.values((await this.ask(sql))[0] ?? {})[0]);
  }

  /**
   * A journal row of a run that has an owner may be written by the process of that owner and nobody else: a
   * connection says whose it is by its name. Mail may not be in the inbox of a run that sleeps on when its transaction ends.
   */
  async install(): Promise<void> {
    const s = `"${this.#schema}"`;
    await this.ask(`
      create schema chaos;
      create table chaos.violation (what text not null, run_pk bigint not null, detail text not null);
      create table chaos.payment (run text not null, token text not null);
      create table chaos.balance (account integer primary key, amount bigint not null);
      insert into chaos.balance values (0, 0), (1, 0), (2, 0);
      create function chaos.watch_journal() returns trigger language plpgsql as $$
      declare
        whose bigint;
        owner_pid bigint;
        writer text := current_setting('application_name');
      begin
        select owner into whose from ${s}.run where pk = new.run_pk;
        if whose is null then return null; end if;
        select pid into owner_pid from ${s}.worker where pk = whose;
        if writer is distinct from 'chaos-' || owner_pid then
          insert into chaos.violation values ('written by a fenced worker', new.run_pk,
            format('%s %s number %s by %s, owner %s', new.key, new.phase, new.seq, writer, owner_pid));
        end if;
        return null;
      end $$;
      create trigger chaos_watch after insert on ${s}.journal for each row execute function chaos.watch_journal();
      create function chaos.watch_mail() returns trigger language plpgsql as $$
      begin
        if (select status from ${s}.run where pk = new.run_pk) = 3 then
          insert into chaos.violation values ('mail for a run that stays parked', new.run_pk,
            format('kind %s key %s number %s', new.kind, new.key, new.n));
        end if;
        return null;
      end $$;
      create constraint trigger chaos_watch after insert on ${s}.inbox deferrable initially deferred
        for each row execute function chaos.watch_mail();`);
  }

  violations(): Promise<Row[]> {
    return this.ask("select what, run_pk, detail from chaos.violation limit 50");
  }

  unfinished(): Promise<number> {
    return this.number(`select count(*) from ${this.table("run")} where finished_at is null and status <> 5`);
  }

  async killBackends(share: number): Promise<void> {
    await this.ask(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name <> 'audit' and backend_type = 'client backend' and random() < $1`,
      [share],
    );
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(() => undefined);
  }
}
