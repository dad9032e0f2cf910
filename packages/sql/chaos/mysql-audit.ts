import { setTimeout as delay } from "node:timers/promises";
import { createPool, type Pool } from "mysql2/promise";
import type { Audit, Row } from "./audit.ts";

/** Errors of a server that is going away, coming back or full. */
const passing = new Set([1040, 1053, 1927, 3169, 4031]);

/** The eyes inside a MariaDB database. */
export class MysqlAudit implements Audit {
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(url: string, schema: string) {
    this.#schema = schema;
    this.#pool = createPool({ uri: url, connectionLimit: 3, multipleStatements: true });
  }

  table(name: string): string {
    return `${this.#schema}.${name}`;
  }

  async ask(sql: string): Promise<Row[]> {
    for (;;) {
      try {
        const [rows] = await this.#pool.query(sql);
        return Array.isArray(rows) ? (rows as Row[]) : [];
      } catch (error) {
        const { errno, sqlState } = error as { errno?: number; sqlState?: string };
        if (sqlState !== undefined && !passing.has(errno ?? 0)) throw error;
        await delay(100);
      }
    }
  }

  async number(sql: string): Promise<number> {
    return Number(Object.values((await this.ask(sql))[0] ?? {})[0]);
  }

  /**
   * A journal row of a run that has an owner may be written by the process of that owner and nobody else: a connection says
   * whose it is by its user's name. No trigger waits for a transaction's end here: mail for a run that sleeps on shows in that
   * the run never ends.
   */
  async install(): Promise<void> {
    await this.ask("create database chaos");
    await this.ask(
      "create table chaos.violation (what text not null, run_pk bigint not null, detail text not null) engine = InnoDB",
    );
    await this.ask(`
      create table chaos.payment (run varchar(60) not null, token varchar(60) not null) engine = InnoDB;
      create table chaos.balance (account integer primary key, amount bigint not null) engine = InnoDB;
      insert into chaos.balance values (0, 0), (1, 0), (2, 0)`);
    await this.ask(`
      create trigger ${this.table("chaos_watch")} after insert on ${this.table("journal")} for each row
      begin
        declare whose bigint;
        declare owner_pid bigint;
        declare writer text default substring_index(user(), '@', 1);
        select owner into whose from ${this.table("run")} where pk = new.run_pk;
        if whose is not null then
          select pid into owner_pid from ${this.table("worker")} where pk = whose;
          if not (writer <=> concat('chaos-', owner_pid)) then
            insert into chaos.violation values ('written by a fenced worker', new.run_pk,
              concat_ws(' ', new.\`key\`, new.phase, 'number', new.seq, 'by', writer, 'owner', owner_pid));
          end if;
        end if;
      end`);
  }

  violations(): Promise<Row[]> {
    return this.ask("select what, run_pk, detail from chaos.violation limit 50");
  }

  unfinished(): Promise<number> {
    return this.number(`select count(*) from ${this.table("run")} where finished_at is null and status <> 5`);
  }

  async killBackends(share: number): Promise<void> {
    const rows = await this.ask(
      "select id from information_schema.processlist where user = 'client' or user like 'chaos-%'",
    );
    for (const { id } of rows) {
      // It may be gone by itself.
      if (Math.random() < share) await this.#pool.query(`kill ${id}`).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(() => undefined);
  }
}
