import { StoreError } from "@holdpoint/core";
import type { Connection, ConnectionOptions, Pool, PoolOptions } from "mysql2/promise";

/** The functions of the package `mysql2` that are used. */
export interface MysqlLibrary {
  createConnection(options: ConnectionOptions): Promise<Connection>;
  createPool(options: PoolOptions): Pool;
}

/**
 * The package `mysql2`, which an application that uses MySQL or MariaDB installs itself: nobody else has to carry it.
 *
 * @throws StoreError when it is not installed
 */
export async function loadMysql(load: () => Promise<unknown> = () => import("mysql2/promise")): Promise<MysqlLibrary> {
  let module: unknown;
  try {
    module = await load();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    throw new StoreError("MySQL and MariaDB need the package mysql2: npm install mysql2", {}, { cause: error });
  }
  const { default: library } = module as { default: MysqlLibrary };
  return library;
}
