import { StoreError } from "@holdpoint/core";
import type { Client, Pool } from "pg";
import type { TypeParsers } from "../postgres/postgres-channel.ts";
import type { SqlValue } from "./driver.ts";

/** The classes of the package `pg` that are used. */
export interface PgLibrary {
  Client: typeof Client;
  Pool: typeof Pool;
  types: TypeParsers;
}

/**
 * The package `pg`, which an application that uses PostgreSQL installs itself: nobody else has to carry it.
 *
 * @throws StoreError when it is not installed
 */
export async function loadPg(load: () => Promise<unknown> = () => import("pg")): Promise<PgLibrary> {
  let module: unknown;
  try {
    module = await load();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    throw new StoreError("PostgreSQL needs the package pg: npm install pg", {}, { cause: error });
  }
  const { default: library } = module as { default: PgLibrary };
  return library;
}

/** Bytes of text such as `\x00ff`. */
function bytesOf(text: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(buffer, byteOffset, length);
}

const asText = (text: string): SqlValue => text;

/** How columns are read, by the type's number: bool, bytea, int8 (within 2^53), int2, int4, float8. */
const parsers = new Map<number, (text: string) => SqlValue>([
  [16, (text) => (text === "t" ? 1 : 0)],
  [17, bytesOf],
  [20, Number],
  [21, Number],
  [23, Number],
  [701, Number],
]);

/** Columns as the operations take them; pg itself gives int8 as text and bytes as a Buffer. */
export const columnTypes = {
  getTypeParser: (oid: number): ((value: never) => SqlValue) =>
    (parsers.get(oid) ?? asText) as (value: never) => SqlValue,
};
