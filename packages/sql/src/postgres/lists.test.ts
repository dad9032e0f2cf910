import { describe, expect, test } from "vitest";
import type { SqlValue } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { clientOfCluster } from "../fixtures/client.ts";
import { missing } from "../fixtures/cluster.ts";
import { lists } from "./lists.ts";

const columns = [
  ["pk", "bigint"],
  ["note", "text"],
  ["kind", "smallint"],
  ["head", "bytea"],
] as const satisfies [string, ArrayType][];
const given = lists(columns, 2);

test("what all rows have is sent once, and not in a list", () => {
  const values = given.values([
    [1, 2, 3],
    ["a", "a", "a"],
    [4, null, 4],
    [null, null, null],
  ]);
  expect(values.length).toBe(given.next - 2);
  const [pks, notes, note, kinds, kind, heads] = values;
  expect([note, kind]).toEqual(["a", null]);
  const length = (list: SqlValue | undefined) => (list as Buffer).length;
  // A list without items is its header.
  expect([length(notes), length(heads)]).toEqual([12, 12]);
  expect(length(pks)).toBe(20 + 3 * 12);
  expect(length(kinds)).toBe(20 + 3 * 4 + 2 * 2);
});

test("text that cannot be stored is refused, in a list and by itself", () => {
  const rows = (notes: string[]): SqlValue[][] => [[1, 2], notes, [1, 1], [null, null]];
  expect(() => given.values(rows(["a\u0000", "a\u0000"]))).toThrow(/NUL/);
  expect(() => given.values(rows(["a", "a\u0000"]))).toThrow(/NUL/);
});

describe.skipIf(missing !== null)(`lists of rows${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  const client = clientOfCluster();

  const [a, b] = [Buffer.from("a"), Buffer.from("b")];
  test.each<[string, SqlValue[][]]>([
    ["one row", [[7], ["x"], [3], [a]]],
    [
      "nothing in common",
      [
        [1, 2],
        ["x", "y"],
        [3, 4],
        [a, b],
      ],
    ],
    [
      "all in common",
      [
        [5, 5],
        ["x", "x"],
        [3, 3],
        [a, a],
      ],
    ],
    [
      "null in common",
      [
        [1, 2],
        [null, null],
        [null, null],
        [null, null],
      ],
    ],
    [
      "null for some, the first among them",
      [
        [1, 2, 3],
        [null, "x", null],
        [0, null, 0],
        [null, a, null],
      ],
    ],
  ])("come out as they went in: %s", async (_, values) => {
    const text = `select $1::text as first, rows.* from (${given.text}) as rows order by n`;
    const { rows } = await client().query({ text, values: ["f", ...given.values(values)] });
    const expected = (values[0] as SqlValue[]).map((pk, i) => ({
      first: "f",
      pk: String(pk),
      note: values[1]?.[i],
      kind: values[2]?.[i],
      head: values[3]?.[i],
      n: String(i + 1),
    }));
    expect(rows).toEqual(expected);
  });
});
