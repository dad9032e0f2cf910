import type { SqlValue } from "../driver/driver.ts";
import { type ArrayType, binaryArray } from "../driver/postgres-arrays.ts";
import { checkText } from "./transaction.ts";

/** Rows that a statement is given, as its text reads them and as they are sent. */
export interface Lists {
  /** A query of the rows, with the names of the columns, and `n`, which counts them from 1. */
  readonly text: string;
  /** Number of the first parameter behind them. */
  readonly next: number;
  /** The parameters, out of the values of each column. */
  values(columns: readonly (readonly SqlValue[])[]): SqlValue[];
}

const empty = new Map<ArrayType, Buffer>();

/** The list without items, which a server reads as null for every row. */
function noItems(type: ArrayType): Buffer {
  let list = empty.get(type);
  if (list === undefined) empty.set(type, (list = binaryArray(type, [])));
  return list;
}

/** Whether all rows have the same value in a column. Bytes are not compared. */
function isCommon(column: readonly SqlValue[]): boolean {
  const first = column[0];
  if (first instanceof Uint8Array) return false;
  for (let i = 1; i < column.length; i++) if (column[i] !== first) return false;
  return true;
}

/**
 * Rows as parameters. Of a column in which all rows have the same value, it is sent once and not in a list: fifty steps that are
 * written together are of one kind and one millisecond, and of what fifteen lists cost, here and in the server, five remain.
 *
 * @param columns the first is always sent as a list, which says how many rows there are
 * @param from number of the first parameter
 */
export function lists(columns: readonly (readonly [name: string, type: ArrayType])[], from: number): Lists {
  const alone = (i: number, type: ArrayType): boolean => i === 0 || type === "bytea";
  let next = from;
  const given: string[] = [];
  const picked: string[] = [];
  for (const [i, [name, type]] of columns.entries()) {
    given.push(`$${next++}::${type}[]`);
    picked.push(alone(i, type) ? `list.${name}` : `coalesce(list.${name}, $${next++}::${type}) as ${name}`);
  }
  const names = columns.map(([name]) => name).join(", ");
  return {
    text: `select ${picked.join(", ")}, list.n from unnest(${given.join(", ")}) with ordinality as list (${names}, n)`,
    next,
    values(values) {
      const parameters: SqlValue[] = [];
      for (let i = 0; i < columns.length; i++) {
        const type = columns[i]?.[1] as ArrayType;
        const column = values[i] as readonly SqlValue[];
        if (alone(i, type))
          parameters.push(i > 0 && column.every((value) => value === null) ? noItems(type) : list(type, column));
        else if (!isCommon(column)) parameters.push(list(type, column), null);
        else parameters.push(noItems(type), common(column[0] ?? null));
      }
      return parameters;
    },
  };
}

function common(value: SqlValue): SqlValue {
  if (typeof value === "string") checkText(value);
  return value;
}

/** A list as it is sent. */
export function list(type: ArrayType, items: readonly SqlValue[]): Buffer {
  if (type === "text") for (const item of items) if (item !== null) checkText(item as string);
  return binaryArray(type, items);
}
