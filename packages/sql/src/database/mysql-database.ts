import { ValidationError } from "@holdpoint/core";
import type { MysqlChannel } from "../mysql/application-channel.ts";
import { ApplicationConnections } from "../mysql/application-connections.ts";
import type { Server } from "../mysql/server.ts";
import type { Channel } from "./channel.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { type ConnectionSource, PooledDatabase } from "./pooled-database.ts";

/** A MySQL or MariaDB database as an application's own. */
class MysqlPool implements ConnectionSource {
  readonly name: string;
  readonly placeholders = "values";
  readonly #connections: ApplicationConnections;

  constructor(address: string, { pool = 5, timeout = 30_000 }: DatabaseOptions) {
    const url = new URL(address);
    if (url.pathname.length < 2) {
      throw new ValidationError("database.url", [
        { path: "", message: "names no database: mysql://user@host/database" },
      ]);
    }
    this.name = `mysql ${url.host}${url.pathname}`;
    this.#connections = new ApplicationConnections(url, { name: this.name, connections: pool, timeout });
  }

  server(): Promise<Server> {
    return this.#connections.server();
  }

  acquire(): Promise<MysqlChannel> {
    return this.#connections.acquire();
  }

  async single<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.acquire();
    let broken = true;
    try {
      const result = await work(channel);
      broken = false;
      return result;
    } catch (error) {
      throw channel.explain(error).error;
    } finally {
      channel.release(broken);
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

/** Connections to a MySQL or MariaDB database of the application's. */
export function openSource(url: string, options: DatabaseOptions): MysqlPool {
  return new MysqlPool(url, options);
}

/** A MySQL or MariaDB database of the application's. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  return new PooledDatabase(openSource(url, options));
}
