type Item = Uint8Array | string | number | null;

/** How one kind of item is written in PostgreSQL's binary format: the type's number, its length, its bytes. */
interface Binary<T extends Item> {
  oid: number;
  size(item: T): number;
  write(buffer: Buffer, item: T, at: number): void;
}

/** What is no whole number is not rounded: the statement by itself then says what is wrong with it. */
function whole(item: number, least: number, most: number): number {
  if (Number.isInteger(item) && item >= least && item <= most) return item;
  throw new RangeError(`${item} is not a whole number that the column can hold`);
}

const integers = (oid: number, size: 2 | 4): Binary<number> => {
  const most = 2 ** (8 * size - 1);
  return {
    oid,
    size: () => size,
    write: (buffer, item, at) => buffer.writeIntBE(whole(item, -most, most - 1), at, size),
  };
};

const kinds = {
  bytea: {
    oid: 17,
    size: (item) => item.length,
    write: (buffer, item, at) => buffer.set(item, at),
  } satisfies Binary<Uint8Array>,
  bigint: {
    oid: 20,
    size: () => 8,
    write: (buffer, item, at) => {
      const high = Math.floor(whole(item, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) / 2 ** 32);
      buffer.writeInt32BE(high, at);
      buffer.writeUInt32BE(item - high * 2 ** 32, at + 4);
    },
  } satisfies Binary<number>,
  smallint: integers(21, 2),
  integer: integers(23, 4),
  text: {
    oid: 25,
    size: (item) => Buffer.byteLength(item),
    write: (buffer, item, at) => void buffer.write(item, at),
  } satisfies Binary<string>,
};

/** The types of which there are binary arrays. */
export type ArrayType = keyof typeof kinds;

/**
 * An array in PostgreSQL's binary format. As text each item would be written, escaped and read again letter by letter, on both
 * sides: a sixth of what a step costs, here and in the server.
 */
export function binaryArray(type: ArrayType, items: readonly Item[]): Buffer {
  const { oid, size, write } = kinds[type] as Binary<Item>;
  // Counted loops: what `for … of` leaves behind for each item was a fifth of all garbage.
  let whole = 20 + 4 * items.length;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item;
    if (item !== null) whole += size(item);
  }
  const buffer = Buffer.allocUnsafe(whole);
  buffer.writeInt32BE(items.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(items.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = 20;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item;
    const length = item === null ? -1 : size(item);
    at = buffer.writeInt32BE(length, at);
    if (item === null) continue;
    write(buffer, item, at);
    at += length;
  }
  return items.length === 0 ? buffer.subarray(0, 12) : buffer;
}
